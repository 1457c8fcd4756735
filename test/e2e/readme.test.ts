// The README as a newcomer types it: every block of commands in one shell, from top to bottom, beside a started server. What
// is printed must be what the README says, apart from the ports, carriage returns, the line end at the very end, and what
// stands in angle brackets (`PLACEHOLDERS`).
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, startServer, type StartedServer } from "../../scripts/started-server.ts";
import { isAnswer, typedBlocks } from "../support/readme.ts";

const README = readFileSync("README.md", "utf8");
const EXAMPLES = "examples/assets.yaml";

/** Blocks that are not typed here: the server that is started above, and a deploy, which test/e2e/deploy.test.ts does. */
const NOT_TYPED = ["npm ci\nnpm start\n", "npx wrangler login\nnpm run deploy\n"];

const blocks = typedBlocks(README);
const typed = blocks.filter(({ commands }) => !NOT_TYPED.includes(commands));

let server: StartedServer;
/** A folder like that of the project, with its data and a copy of its examples. */
let folder: string;
let ports: (text: string) => string;
let printed: string[];

beforeAll(async () => {
  const archives = await freePort();
  server = await startServer({ archives });
  const { port } = new URL(server.url);
  ports = (text) =>
    text
      .replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`)
      .replaceAll("127.0.0.1:8079", `127.0.0.1:${archives}`);
  folder = await mkdtemp(join(tmpdir(), "readme-"));
  for (const name of ["package.json", "node_modules", "scripts", "src"])
    await symlink(resolve(name), join(folder, name));
  await mkdir(join(folder, ".wrangler"));
  await symlink(server.state, join(folder, ".wrangler/state"));
  await cp("examples", join(folder, "examples"), { recursive: true });
  await writeFile(join(folder, EXAMPLES), ports(await readFile(EXAMPLES, "utf8")));
  printed = await typeAll();
}, 300_000);

afterAll(async () => {
  await server?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Types every block in one shell; what each printed, with its exit code on a last line unless that is 0. */
async function typeAll(): Promise<string[]> {
  const files = await Promise.all(
    typed.map(async ({ commands }, index) => {
      const file = join(folder, `block-${index}`);
      await writeFile(file, ports(commands));
      return file;
    }),
  );
  const lines = files.map(
    (file) => `. ${file} >${file}.out 2>&1 </dev/null || echo "exit code $?" >>${file}.out`,
  );
  const environment = { ...process.env, HOME: folder, SENSU_API_URL: server.url, NO_COLOR: "1" };
  for (const name of ["SENSU_TOKEN", "SENSU_API_KEY", "XDG_CACHE_HOME"])
    Reflect.deleteProperty(environment, name);
  const shell = spawn("sh", ["-c", lines.join("\n")], { cwd: folder, env: environment, stdio: "ignore" });
  await new Promise((ended) => shell.once("close", ended));
  return Promise.all(
    files.map((file) => readFile(`${file}.out`, "utf8").catch(() => "the shell ended before this")),
  );
}

it("types every block of the README but two", () => {
  expect(typed.length).toBeGreaterThan(5);
  expect(blocks.filter((block) => !typed.includes(block)).map(({ commands }) => commands)).toEqual(NOT_TYPED);
});

it("has at most 180 lines, and no command that a shell at a terminal reads differently", () => {
  expect(README.trimEnd().split("\n").length).toBeLessThanOrEqual(180);
  for (const { commands } of blocks) {
    // zsh takes a comment for a command when it is typed, and a bare question mark for a pattern.
    expect(commands).not.toMatch(/(?:^|\s)#/);
    expect(commands.replaceAll(/"[^"]*"|'[^']*'/g, "")).not.toContain("?");
  }
});

describe("what the README says is printed", () => {
  it.each(typed.map((block, index) => [block.line, index] as const))(
    "below line %i is printed",
    (_, index) => {
      const answer = ports(typed[index]?.answer ?? "").trimEnd();
      const found = (printed[index] ?? "").replaceAll("\r", "").trimEnd();
      // What fails is shown as a difference.
      expect(isAnswer(found, answer) ? answer : found).toBe(answer);
    },
  );
});
