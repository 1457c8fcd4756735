// The Worker as wrangler serves it on this machine, its output without what nobody needs.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import type { CommandIo, Output } from "../command/io.ts";
import { Mistake } from "../command/mistake.ts";
import { complaintOf } from "../deploy/wrangler.ts";
import { PROJECT, QUIET, WRANGLER } from "../local.ts";

/** Lines that say nothing to whoever serves this Worker: of wrangler about crons, and of each run of ours that went well. */
const NOISE =
  /Scheduled Workers are not automatically triggered|\/cdn-cgi\/handler\/scheduled|^\{"level":"info","event":"heartbeat"/;

/** Runs `wrangler dev` until it ends; resolves to its exit code. `ready` runs once, when requests are answered. */
export async function serve(
  args: readonly string[],
  io: CommandIo,
  ready: () => Promise<void>,
): Promise<number> {
  // A secret of the environment would go before that of the folder, and the printed token would not be valid.
  const { TOKEN_SECRET: _, ...env } = QUIET as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, [WRANGLER, "dev", ...args, "--show-interactive-dev-session=false"], {
    env,
    cwd: PROJECT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stopped = false;
  const stop = (signal: NodeJS.Signals) => {
    stopped = true;
    child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);

  const early: string[] = [];
  let isReady = false;
  const pass = (output: Output) => async (line: string) => {
    if (isReady) write(line, output, io);
    else if (line.includes("Ready on")) {
      isReady = true;
      await ready();
    } else early.push(line);
  };
  createInterface({ input: child.stdout }).on("line", pass(io.stdout));
  createInterface({ input: child.stderr }).on("line", pass(io.stderr));
  const code = await new Promise<number>((ended) => {
    child.once("close", (exitCode) => ended(stopped && bySignal(exitCode) ? 0 : (exitCode ?? 1)));
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  if (isReady || stopped) return code;
  throw new Mistake(
    `the Worker did not start: ${complaintOf(early.join("\n"))}`,
    "try again, or another folder with --state",
  );
}

/** Whether it ended by a signal, or as shells say that: 128 and the signal's number. */
function bySignal(exitCode: number | null): boolean {
  return exitCode === null || exitCode > 128;
}

function write(line: string, output: Output, { colours }: CommandIo): void {
  const plain = stripVTControlCharacters(line);
  if (NOISE.test(plain)) return;
  output.write(`${colours && output.isTTY === true ? line : plain}\n`);
}
