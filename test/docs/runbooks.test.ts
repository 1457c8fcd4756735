import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseGrant } from "../../src/auth/grants.ts";
import { settingSchemas } from "../../src/config.ts";
import { routes } from "../../src/routes.ts";
import { SettingError } from "../../src/setting.ts";
import { commands, inlineCodes, runbookText } from "../support/runbooks.ts";

function textsUnder(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
}

const source = textsUnder("src");
const scripts = textsUnder("scripts");
const settings: readonly string[] = ["TOKEN_SECRET", ...Object.keys(settingSchemas())];
const wrangler = readFileSync("wrangler.toml", "utf8");
const npmScripts = Object.keys(
  (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> }).scripts,
);

/** A setting of the Worker, a binding, or a variable that the commands read. */
function isSetting(name: string): boolean {
  const read = new RegExp(`\\b${name}\\b`);
  return (
    settings.includes(name) ||
    new RegExp(`(?:binding|name) = "${name}"|^${name} = `, "m").test(wrangler) ||
    (/^(?:SENSU|CLOUDFLARE)_/.test(name) && read.test(scripts))
  );
}

function isRoute(path: string): boolean {
  const wanted = path.replace(/\?.*/, "").split("/");
  return routes.some((route) => {
    const parts = route.path.split("/");
    return (
      parts.length === wanted.length && parts.every((part, at) => part.startsWith(":") || part === wanted[at])
    );
  });
}

/** A metric, or an event of the log. */
function isObserved(name: string): boolean {
  return new RegExp(`\\b${name}: |family\\("${name}"|event: "${name}"`).test(source);
}

/** The fields of the log's lines, as `log({ ... })` names them. */
const loggedFields = new Set(
  [...source.matchAll(/\blog\(\{(.*?)\}\);/gs)].flatMap(([, line = ""]) =>
    [...line.matchAll(/^\s*(\w+)(?=[:,])/gm)].map(([, field]) => field),
  ),
);

/** A beginning of the names of several settings, as `OIDC_`. */
function isSettingPrefix(start: string): boolean {
  return settings.some((name) => name.startsWith(start));
}

/** Whether the log describes a wrong value of this setting in words that begin so. */
function beginsFault(text: string): boolean {
  const [name = ""] = text.split(" ");
  return isSetting(name) && new SettingError(name, "advice", "value").message.startsWith(text);
}

/** Every kind of thing that a runbook may name; what is none of them does not exist. */
const KINDS: readonly ((code: string) => boolean)[] = [
  (code) => /^(?:npm run|npx|curl|RUNBOOKS=all npm test) /.test(code),
  (code) => npmScripts.includes(code),
  (code) => /^[A-Z]+(?:_[A-Z]+)+$/.test(code) && isSetting(code),
  (code) => /^(?:GET |POST |\.\.\.)?\//.test(code) && isRoute(code.replace(/^\w+ /, "")),
  // As in `GET .../changes`.
  (code) => {
    const [, end = ""] = /^GET \.\.\.(\/\w+)/.exec(code) ?? [];
    return end !== "" && routes.some(({ path }) => path.endsWith(end));
  },
  (code) => parseGrant(code) !== null || ["view", "edit", "admin"].includes(code),
  (code) => /^[a-z0-9]+(?:[-_][a-z0-9]+)+$/.test(code) && isObserved(code),
  (code) => /^[a-z]+$/.test(code) && source.includes(`event: "${code}"`),
  // A field of a log line with its value, as it stands in the line.
  (code) => loggedFields.has(/^"(\w+)":(?:true|false|\d+|"[^"]*")$/.exec(code)?.[1] ?? ""),
  (code) => /^[A-Z]+_\.\.\.$/.test(code) && isSettingPrefix(code.slice(0, -3)),
  (code) => /^[A-Z]+(?:_[A-Z]+)* is \.\.\.$/.test(code) && beginsFault(code.slice(0, -3)),
  // A header, perhaps with its value, that the Worker reads or sends.
  (code) => {
    const [name = ""] = code.split(":");
    return /^[A-Z][A-Za-z]*(?:-[A-Za-z]+)*$/.test(name) && source.includes(name);
  },
  (code) => /[/.]/.test(code) && existsSync(code.replace(/^\.\//, "")),
  // What an answer or the log says, word for word.
  (code) => code.includes(" ") && source.includes(code),
  // Members of bodies and lines of the log, parameters, subcommands, events of streams.
  (code) => MEMBERS.some((pattern) => pattern.test(code)),
];

const MEMBERS = [
  /^"(?:cache|complete)": ?(?:"\w+"|false)$/,
  /^(?:next|id|definition|wait|since|namespace|reset)$/,
  /^(?:since|wait|namespace)=\w*$/,
  /^(?:revoke|rotate)$/,
  /^-- --finish$/,
  /^--env staging$/,
  /^\d+$/,
];

/** Paths, members and parameters that stand for something to be filled in. */
const SHAPES = /NAMESPACE|CURSOR/;

it.each(inlineCodes().filter((code) => !SHAPES.test(code)))("`%s` exists", (code) => {
  expect(KINDS.some((isKnown) => isKnown(code))).toBe(true);
});

it("every npm command of the runbooks is a script of package.json", () => {
  const named = commands().flatMap((command) => /^npm run ([\w:-]+)/.exec(command)?.[1] ?? []);
  expect(named.length).toBeGreaterThan(10);
  for (const name of named) expect(npmScripts).toContain(name);
});

it("every link of the runbooks leads to a heading of the page", () => {
  const page = readFileSync("docs/operations.md", "utf8");
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
  for (const [, target = ""] of runbookText().matchAll(/\]\(#([^)]+)\)/g)) expect(headings).toContain(target);
});
