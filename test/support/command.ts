// Commands of scripts/, run in this process or in one of their own.
import { execFile } from "node:child_process";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Run } from "../../scripts/command/io.ts";

/** What a command ended with and wrote. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, without a terminal, with nothing in its environment but what it is given. */
export async function runHere(
  run: Run,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = "",
): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const written = Promise.all([text(stdout), text(stderr)]);
  const code = await run(args, {
    environment,
    stdin: Readable.from(input === "" ? [] : [input]),
    stdout,
    stderr,
    colours: false,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await written;
  return { code, out, err };
}

/** Runs a script with Node as npm does, in this environment with those settings; undefined takes one away. */
export function runScript(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
  input = "",
): Promise<Ran> {
  const env = { ...process.env, ...environment };
  return new Promise((done) => {
    const child = execFile(process.execPath, [...args], { env }, (error, out, err) => {
      done({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : 1, out, err });
    });
    child.stdin?.end(input);
  });
}
