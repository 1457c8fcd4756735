// wrangler as a part: quiet, never asking, its output kept for when it fails.
import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { PROJECT, QUIET_SWITCHES, WRANGLER } from "../local.ts";
import type { Environment } from "./world.ts";

/** wrangler ended with an error; the message is its complaint. */
export class WranglerFailure extends Error {}

/** Its log files must not hold what it sends: secrets are among it. */
const SWITCHES = {
  ...QUIET_SWITCHES,
  CI: "true",
  WRANGLER_LOG_SANITIZE: "true",
  NO_COLOR: "1",
  FORCE_COLOR: "0",
};

/** Runs wrangler to its end; what it printed. Throws with the part of it that says what is wrong. */
export async function wrangler(args: readonly string[], environment: Environment): Promise<string> {
  const env = { ...process.env, ...environment, ...SWITCHES };
  const child = spawn(process.execPath, [WRANGLER, ...args], {
    env,
    cwd: PROJECT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) =>
      reject(new WranglerFailure(`wrangler cannot be started: ${error.message}`)),
    );
    child.once("close", resolve);
  });
  const output = printed.join("");
  if (code !== 0) throw new WranglerFailure(`wrangler ${args[0]}: ${complaintOf(output)}`);
  return output;
}

/** The lines from the error on, without the advice that follows them; everything when there is no such line. */
export function complaintOf(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .map((line) => line.replace(/^.*\[ERROR\]/, "[ERROR]").trim());
  const told = lines.slice(
    Math.max(
      lines.findIndex((line) => line.startsWith("[ERROR]")),
      0,
    ),
  );
  const end = told.findIndex((line) => ADVICE.test(line));
  const said = new Set(told.slice(0, end === -1 ? undefined : end).filter((line) => line !== ""));
  return [...said].join(" ").replaceAll("[ERROR] ", "").slice(0, 1_000);
}

/** How wrangler begins what it says after an error. */
const ADVICE = /Logs were written|If you think this is a bug|It looks like you are authenticating/;
