// npm run lint:corpus -- FILE [--examples N] [--format table|json]: what lint finds in a file of definitions, counted.
import { readFileSync } from "node:fs";
import { readAsset } from "../src/definitions/decode.ts";
import type { Finding } from "../src/resolve/lint/linter.ts";
import { findingsIn } from "../src/resolve/lint/asset-findings.ts";
import { Linter } from "../src/resolve/lint/linter.ts";
import { command, DONE_OR_FAILED, runOf } from "./command/command.ts";
import { runInProcess } from "./command/io.ts";
import { valueOr, wholeNumber } from "./command/options.ts";
import { formatOption, print } from "./command/output.ts";
import { table } from "./command/table.ts";

/** One rule over all definitions of a file. */
export interface RuleCount {
  readonly rule: string;
  readonly findings: number;
  readonly definitions: number;
  readonly examples: readonly string[];
}

/** Lints the definitions of a text: JSON lines or a JSON array, each bare or wrapped. */
export function lintCorpus(text: string, examples: number): { definitions: number; rules: RuleCount[] } {
  const bodies: unknown[] = text.trimStart().startsWith("[")
    ? (JSON.parse(text) as unknown[])
    : text
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line): unknown => JSON.parse(line));
  const found = new Map<string, { findings: number; definitions: Set<number>; examples: string[] }>();
  for (const [index, body] of bodies.entries()) {
    const written = readAsset(body);
    for (const finding of findingsIn(written, new Linter())) {
      const count = found.get(finding.rule) ?? { findings: 0, definitions: new Set(), examples: [] };
      count.findings += 1;
      count.definitions.add(index);
      if (count.examples.length < examples)
        count.examples.push(shown(written.asset.metadata?.name ?? "", finding));
      found.set(finding.rule, count);
    }
    if (process.stderr.isTTY && index % 50 === 0) process.stderr.write(`\r${index}/${bodies.length}`);
  }
  if (process.stderr.isTTY) process.stderr.write("\r");
  const rules = [...found].map(([rule, count]) => ({ ...count, rule, definitions: count.definitions.size }));
  return { definitions: bodies.length, rules: rules.sort((a, b) => b.findings - a.findings) };
}

function shown(name: string, { where, message }: Finding): string {
  return `${name} ${where}: ${message}`;
}

export const run = runOf(
  command({
    name: "npm run lint:corpus --",
    summary: "count what lint finds in a file of definitions",
    details: "The file holds JSON lines or a JSON array, each definition bare or wrapped.",
    operands: ["<file>"],
    options: {
      examples: valueOr("--examples <n>", "show so many findings of each rule", wholeNumber(0, 1_000), "0"),
      format: formatOption,
    },
    examples: ["npm run lint:corpus -- definitions.jsonl --examples 3"],
    exitCodes: DONE_OR_FAILED,
    async run({ options: { examples, format }, operands: [file = ""], io }) {
      const corpus = lintCorpus(readFileSync(file, "utf8"), examples);
      print(io, format, corpus, () => asTable(corpus));
      return 0;
    },
  }),
);

function asTable({ definitions, rules }: ReturnType<typeof lintCorpus>): string {
  const rows = rules.map(({ rule, findings, definitions: of }) => [rule, String(findings), String(of)]);
  const examples = rules.flatMap((each) => each.examples.map((example) => `${each.rule}: ${example}\n`));
  return [
    table([["RULE", "FINDINGS", "DEFINITIONS"], ...rows]),
    `${definitions} definitions\n`,
    ...examples,
  ].join("");
}

if (import.meta.main) await runInProcess(run);
