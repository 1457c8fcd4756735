import type { KvStore } from "../../src/freshness/patient-kv.ts";
import { isDuring, type Faults, type Span } from "./faults.ts";
import type { SimDatabase } from "./sim-database.ts";
import type { VirtualTime } from "./virtual-time.ts";
import { DatabaseError } from "../../src/store/deadlines.ts";

export type ReachedDatabase = Pick<SimDatabase, "origin" | "namespaces" | "keys" | "readLog">;

/** The database as it is reached from a location, with these outages on the way. */
export function cutDatabase(
  { origin, namespaces, keys, readLog }: SimDatabase,
  time: VirtualTime,
  { databaseDown, databaseHangs }: Faults,
): ReachedDatabase {
  const reach = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isDuring(databaseDown, time.now)) throw new DatabaseError("D1 cannot be reached");
    if (isDuring(databaseHangs, time.now)) await new Promise<never>(() => undefined);
    return work();
  };
  return {
    origin,
    namespaces,
    keys: {
      find: (...args) => reach(() => keys.find(...args)),
      create: (...args) => reach(() => keys.create(...args)),
      revoke: (...args) => reach(() => keys.revoke(...args)),
    },
    readLog: (since) => reach(() => readLog(since)),
  };
}

/** KV as it is reached from a location: later by `distance` milliseconds, and not at all while it is cut off. */
export function cutKv(kv: KvStore, time: VirtualTime, cut: Span, distance: number): KvStore {
  const reach = async <T>(work: () => Promise<T>): Promise<T> => {
    await time.sleep(distance);
    if (isDuring(cut, time.now)) throw new Error("KV cannot be reached");
    return work();
  };
  return {
    getWithMetadata: (...args) => reach(() => kv.getWithMetadata(...args)),
    put: (...args) => reach(() => kv.put(...args)),
  };
}
