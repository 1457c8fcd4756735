// Everything one run has found, as it is written to bench/results.json.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import type { ColdStart } from "./cold-start.ts";
import type { Calls } from "./counting.ts";
import type { MemorySample } from "./memory.ts";
import type { Effort, Measured } from "./turns.ts";

export interface Results {
  /** Day of the run, as in 2026-11-25. */
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly effort: Effort;
  /** Whether the files of D1 and KV lay in memory; on a disk, its pace is part of every figure of theirs. */
  readonly dataInMemory: boolean;
  /** Bytes, gzipped, by contender. */
  readonly bundles: Readonly<Record<string, number>>;
  readonly measured: readonly Measured[];
  readonly calls: readonly Calls[];
  readonly memory: readonly MemorySample[];
  readonly coldStarts: readonly ColdStart[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Of the minute before: what else the machine was doing. */
  readonly load: number;
}

export function machineNow(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()}`,
    load: loadavg()[0] ?? NaN,
  };
}

export function versionsNow(): Record<string, string> {
  const packages = ["workerd", "miniflare", "wrangler", "itty-router", "jose"];
  const versions = packages.map((name) => {
    const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")) as {
      version: string;
    };
    return [name, version] as const;
  });
  return { node: process.versions.node, ...Object.fromEntries(versions) };
}

/** The commit that was measured; with a plus when the tree holds more. "unknown" outside a repository. */
export function commitNow(): string {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
    return `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain") === "" ? "" : "+"}`;
  } catch {
    return "unknown";
  }
}
