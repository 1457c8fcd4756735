// Every script of package.json that is ours with every subcommand, and fetch-asset.sh: help, and what was mistyped.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../scripts/command/io.ts";
import { runHere, runScript, type Ran } from "../support/command.ts";

const SCRIPTS = Object.entries(
  (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> }).scripts,
).flatMap(([name, line]): [string, string][] => {
  const file = /^node (?:--\S+ )*(scripts\/\S+\.ts)$/.exec(line)?.[1];
  return file === undefined ? [] : [[name, file]];
});

const SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  assets: ["dump", "plan", "apply", "diff", "history", "rollback"],
  keys: ["list", "create", "get", "rotate", "revoke"],
};

const EVERY = SCRIPTS.flatMap(([name, file]): [string, string, string[]][] => [
  [name, file, []],
  ...(SUBCOMMANDS[name] ?? []).map((each): [string, string, string[]] => [`${name} ${each}`, file, [each]]),
]);

/** What a script runs when it is the program. */
async function runOfScript(file: string): Promise<Run> {
  const { run } = (await import(/* @vite-ignore */ `../../${file}`)) as { run: Run };
  return run;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "commands-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("covers the scripts that are run by Node", () => {
  expect(SCRIPTS.map(([name]) => name)).toEqual(
    expect.arrayContaining(["start", "token", "keys", "assets", "deploy", "bench", "check", "mutants"]),
  );
});

describe.each(EVERY)("%s", (_, file, words) => {
  const typed = async (...args: string[]) => runHere(await runOfScript(file), [...words, ...args]);

  it.each(["-h", "--help"])("%s prints help on standard output and does nothing else", async (help) => {
    for (const args of [[help], ["--nonsense", help], [help, "superfluous"]]) {
      const { code, out, err } = await typed(...args);
      expect([args, code, err]).toEqual([args, 0, ""]);
      expect(out).toMatch(/^Usage: npm (?:run (?:--silent )?)?\S+ -- /);
      expect(out).toContain("\nExamples:\n  npm ");
      expect(out).toMatch(/\nExit codes: 0 .*, 1 /);
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
    }
  });

  it("names an unknown option, and the nearest known one, on one line", async () => {
    expect(await typed("--nonsense")).toEqual(oneLine(/^unknown option '--nonsense'/));
    const misspelt = /^unknown option '--hlep' \(Did you mean (?:one of .*)?--help/;
    expect(await typed("--hlep")).toEqual(oneLine(misspelt));
  });

  it("names an argument that is one too many, where any can be", async () => {
    const { out } = await typed("--help");
    const usage = /^Usage: .*/.exec(out)?.[0] ?? "";
    if (["plan", "apply"].includes(words[0] ?? "")) {
      expect(usage).toContain("[file...]");
      return;
    }
    const operands = (usage.match(/[<[]\w+[>\]]/g) ?? []).filter(
      (operand) => !/options|command/.test(operand),
    );
    const message = usage.includes("[command]")
      ? /^unknown command 'superfluous'/
      : /^the argument "superfluous" is one too many; /;
    const given = operands.map((_operand, index) => `given-${index}`);
    expect(await typed(...given, "superfluous")).toEqual(oneLine(message));
  });
});

describe("scripts/fetch-asset.sh", () => {
  const typed = (...args: string[]): Ran => {
    const ran = spawnSync("/bin/sh", ["scripts/fetch-asset.sh", ...args], { encoding: "utf8" });
    return { code: ran.status ?? NaN, out: ran.stdout, err: ran.stderr };
  };

  it.each(["-h", "--help"])("%s prints help on standard output and does nothing else", (help) => {
    for (const args of [[help], ["-p", help], [help, "superfluous"]]) {
      expect(typed(...args)).toEqual({ code: 0, out: expect.stringContaining("exit status:"), err: "" });
    }
  });

  it.each<[string[], string]>([
    [["--nonsense"], "unknown option --nonsense"],
    [["-x", "acme/hello"], "unknown option -x"],
    [["-t"], "-t needs a value"],
    [["--max-bytes"], "--max-bytes needs a value"],
    [["--all", "acme/hello"], "--all and the name acme/hello are two things"],
    [[], "the name of an asset is missing"],
  ])("%j is judged on one line", (args, wrong) => {
    expect(typed(...args)).toEqual({
      code: 1,
      out: "",
      err: `fetch-asset: ${wrong}; -h lists the options\n`,
    });
  });
});

/** A mistake as it must be reported: one line on standard error, nothing on standard output, exit code 1. */
function oneLine(message: RegExp): Ran {
  const isRight = (err: string) => message.test(err) && /^[^\n]+\n$/.test(err);
  return { code: 1, out: "", err: expect.toSatisfy(isRight, `be one line like ${message}`) as string };
}

describe("options", () => {
  it.each<[string, string[], RegExp]>([
    ["scripts/start.ts", ["8181"], /for a port: npm start -- --port 8181$/m],
    ["scripts/start.ts", ["--prot", "1"], /^unknown option '--prot' \(Did you mean --port\?\)$/m],
    ["scripts/start.ts", ["--port", "http"], /^--port "http" is not a whole number from 1 to 65535; /],
    ["scripts/start.ts", ["--port"], /^option '--port <n>' argument missing; /],
    ["scripts/start.ts", ["--state", ""], /^--state is empty; /],
    ["scripts/token.ts", ["--ttl", "1h", "--ttl", "2h"], /^--ttl is given twice; /],
    ["scripts/token.ts", [], /^--grants is missing; /],
    ["scripts/token.ts", ["--grants", "view@a", "--ttl", "0s"], /^--ttl "0s" is not a duration; /],
    ["scripts/token.ts", ["--grants", "view@a", "--name", "a\nb"], /is not a name; /],
    ["scripts/token.ts", ["--grants", "view"], /^"view" is not a grant; /],
    ["scripts/keys.ts", ["lst"], /^unknown command 'lst' \(Did you mean list\?\)$/m],
    ["scripts/keys.ts", [], /^which command\? list, create, get, rotate, revoke; /],
    ["scripts/keys.ts", ["list", "--format", "jsn"], /^--format "jsn" is not known; did you mean json\? /],
    ["scripts/deploy.ts", ["--location", "mars"], /^--location "mars" is not known; use wnam, /],
    ["scripts/rotate-secret.ts", ["--now", "--finish"], /^--finish and --now are two things; /],
    ["scripts/epoch.ts", [], /^it is not said which database; use --local or --remote$/m],
  ])("of %s %j are judged on one line", async (file, args, message) => {
    expect(await runHere(await runOfScript(file), args)).toEqual(oneLine(message));
  });
});

it.each<[string, string, string, string]>([
  ["deploy", "scripts/deploy.ts", "--dry-run", "npm run deploy -- --dry-run"],
  ["start", "scripts/start.ts", "--port", "npm start -- --port"],
])("an option that npm kept from %s is refused", async (script, file, option, remedy) => {
  const variable = `npm_config_${option.slice(2).replaceAll("-", "_")}`;
  const environment = { npm_lifecycle_event: script, [variable]: "true" };
  const ran = await runHere(await runOfScript(file), [], environment);
  expect(ran).toEqual(
    oneLine(new RegExp(`^npm kept ${option} for itself; put -- before it: ${remedy}$`, "m")),
  );
});

describe("the folder of local data", () => {
  it.each<[string, string, string[]]>([
    ["a token", "scripts/token.ts", ["--grants", "view@default"]],
    ["an epoch", "scripts/epoch.ts", ["--local"]],
  ])("of no server gives %s to nobody", async (_, file, args) => {
    const state = join(folder, "nowhere");
    const ran = await runHere(await runOfScript(file), [...args, "--state", state]);
    expect(ran).toEqual(
      oneLine(/^no server has used the folder .*nowhere; start one first: npm start -- --state /),
    );
    expect(await readdir(folder)).not.toContain("nowhere");
  });

  it("cannot be a file, nor a folder that takes no files", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const start = await runOfScript("scripts/start.ts");
    const port = String(await freePort());
    const at = (state: string) => runHere(start, ["--port", port, "--state", state]);
    expect(await at(file)).toEqual(oneLine(/file is not a folder; pick another with --state$/m));
    expect(await at(join(file, "below"))).toEqual(oneLine(/below is not a folder; /));
    expect(await at("/proc/nowhere")).toEqual(
      oneLine(/^nothing can be written to the folder \/proc\/nowhere /),
    );
  });
});

it("start on a port that is taken says so, in a process without npm", async () => {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const ran = await runScript(["scripts/start.ts", "--port", String(port), "--state", folder], {
    PATH: "/usr/bin:/bin",
  });
  server.close();
  expect(ran).toEqual(
    oneLine(new RegExp(`^port ${port} is taken; pick another: npm start -- --port ${port + 1}`)),
  );
});

function freePort(): Promise<number> {
  return new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
