import { execFileSync } from "node:child_process";

/** Where a program of this machine is; undefined when it is not installed. */
export function installed(program: string): string | undefined {
  try {
    return execFileSync("/bin/sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}
