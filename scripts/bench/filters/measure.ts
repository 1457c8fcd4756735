// CPU time and memory of one piece of work.
import { readFileSync, writeFileSync } from "node:fs";

export interface Cost {
  /** CPU time of the process in milliseconds, collections of garbage included. */
  readonly cpuMs: number;
  /** How far the resident memory of the process rose above what it was, in MiB. */
  readonly peakMib: number;
}

const ROUNDS = 4;
/** After this much CPU time there is no further round. */
const ENOUGH_MS = 4_000;

/** The costs of the cheapest of some rounds: the others are of code not compiled yet, or of a machine that is busy. */
export async function measure(work: () => Promise<unknown>): Promise<Cost> {
  let best: Cost = { cpuMs: Infinity, peakMib: Infinity };
  let spent = 0;
  for (let round = 0; round < ROUNDS && spent < ENOUGH_MS; round += 1) {
    globalThis.gc?.();
    forgetPeak();
    const rssBefore = process.memoryUsage.rss();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    const peakMib = (peakBytes() - rssBefore) / 1024 / 1024;
    spent += (user + system) / 1_000;
    best = { cpuMs: Math.min(best.cpuMs, (user + system) / 1_000), peakMib: Math.min(best.peakMib, peakMib) };
  }
  return best;
}

/** Linux keeps the highest resident memory of a process, and forgets it when told to. */
function forgetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Elsewhere the peak of the whole run is all there is.
  }
}

function peakBytes(): number {
  try {
    const [, kilobytes = "0"] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
