// What a command takes from its process, so that a test can run it in the test's own.
import { styleText } from "node:util";
import type { Environment } from "../deploy/world.ts";

/** A stream to write to; `isTTY` where a terminal shows it. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** The environment and the streams of one run of a command. */
export interface CommandIo {
  readonly environment: Environment;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether standard output takes colours. */
  readonly colours: boolean;
}

/** A command: its arguments, and the exit code it resolves to. */
export type Run = (args: readonly string[], io: CommandIo) => Promise<number>;

/** Runs a command as this process, whose exit code becomes the command's. */
export async function runInProcess(run: Run): Promise<void> {
  const { env, stdin, stdout, stderr } = process;
  // Readers of the output may stop early, as `head` does.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  // Node leaves colours out where standard output is no terminal or NO_COLOR is set.
  const colours = styleText("bold", "x") !== "x";
  process.exitCode = await run(process.argv.slice(2), { environment: env, stdin, stdout, stderr, colours });
}
