import { readFileSync } from "node:fs";

/** The text of docs/operations.md from the runbooks on. */
export function runbookText(): string {
  const page = readFileSync("docs/operations.md", "utf8");
  const start = page.indexOf("\n## Runbooks\n");
  if (start === -1) throw new Error("docs/operations.md has no runbooks");
  return page.slice(start);
}

/** Every inline code of the runbooks, once, line ends in it as spaces. */
export function inlineCodes(): string[] {
  const prose = runbookText().replaceAll(/^```.*?^```$/gms, "");
  return unique([...prose.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code.replaceAll(/\s+/g, " ")));
}

/** Every command of the runbooks, once, as it is typed: from blocks of shell and from the text. */
export function commands(): string[] {
  const blocks = [...runbookText().matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = ""]) =>
    block.split("\n").map((line) => line.replace(/\s+#.*$/, "")),
  );
  return unique([...blocks, ...inlineCodes()].filter((text) => /^(?:npm run|npx|curl) /.test(text)));
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
