import { rootCause, withRemedy } from "../errors.ts";
import { chargedTo } from "../observability/account.ts";
import { costOf, Spent } from "../observability/spent.ts";
import type { Edge } from "./edge.ts";

/** Milliseconds for which the row of a deleted asset is kept. */
export const TOMBSTONE_MS = 24 * 3_600_000;

/** Deletes the tombstones that are older than `before` and whose commit is not after `seq`; returns how many. */
export type SweepTombstones = (before: number, seq: number) => Promise<number>;

/** A further task of the cron, such as pruning what has expired; returns what it did. `now` in milliseconds. */
export interface Chore {
  readonly name: string;
  readonly run: (now: number) => Promise<number>;
}

/** A chore for one minute of each hour: what one run of the cron may ask of D1 is bounded. */
export function hourly(minute: number, name: string, run: Chore["run"]): Chore {
  return { name, run: async (now) => (Math.floor(now / 60_000) % 60 === minute ? run(now) : 0) };
}

/**
 * What the cron does each minute: publishes the journal, and then cleans up. Absence does not rest on tombstones
 * (the journal is made of revisions, which stay), so sweeping them brings nothing back (I2). A chore that fails does
 * not stop the others; it is logged as a separate line.
 */
export function beat(edge: Edge, sweep: SweepTombstones, chores: readonly Chore[]): Promise<void> {
  const spent = new Spent();
  return chargedTo(spent, async () => {
    const { journal, published } = await edge.journal.renew("cron");
    // What has expired is decided by the database's clock, which has just been heard: a wrong one would delete too much.
    const now = edge.time.toDatabase(edge.clock());
    const { seq, since, changes } = journal;
    const tombstones = {
      name: "tombstones",
      run: () => (published ? sweep(now - TOMBSTONE_MS, seq) : none()),
    };
    const { done, failed } = await runChores([tombstones, ...chores], now, edge.log);
    edge.log({
      level: published && failed === 0 ? "info" : "warn",
      event: "heartbeat",
      published,
      seq,
      since,
      changes: changes.size,
      done,
      failed,
      ...costOf(spent),
      databaseBytes: spent.databaseBytes,
    });
  });
}

async function runChores(chores: readonly Chore[], now: number, log: Edge["log"]) {
  const done: Record<string, number> = {};
  let failed = 0;
  for (const { name, run } of chores) {
    try {
      done[name] = await run(now);
    } catch (error) {
      failed += 1;
      log({
        level: "error",
        event: "chore-failed",
        chore: name,
        error: withRemedy(String(rootCause(error))),
      });
    }
  }
  return { done, failed };
}

async function none(): Promise<number> {
  return 0;
}
