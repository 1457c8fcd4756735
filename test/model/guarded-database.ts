import { Deadlines } from "../../src/store/deadlines.ts";
import type { AssetOrigin, ReadLog } from "../../src/store/origin.ts";
import type { ReachedDatabase } from "./cut-off.ts";
import type { SimDatabase } from "./sim-database.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface GuardedDatabase {
  readonly origin: AssetOrigin;
  readonly keys: SimDatabase["keys"];
  readonly readLog: ReadLog;
}

/**
 * The database as one isolate reaches it: with deadlines, or without for an experiment. `paused` holds back an answer
 * that has arrived, as an isolate does that is not given the time to go on.
 */
export function guarded(
  { origin, keys, readLog }: ReachedDatabase,
  clock: (() => number) | null,
  time: VirtualTime,
  paused: () => Promise<void>,
): GuardedDatabase {
  const deadlines = clock === null ? null : new Deadlines(clock, time.timer);
  const read = async <T>(replica: "nearest" | "primary", work: () => Promise<T>): Promise<T> => {
    const answer = await (deadlines?.read(replica, work) ?? work());
    await paused();
    return answer;
  };
  const write = <T>(work: () => Promise<T>): Promise<T> => deadlines?.write(work) ?? work();
  return {
    origin: {
      get: (id, replica) => read(replica, () => origin.get(id, replica)),
      list: (namespace, from, limit, replica) =>
        read(replica, () => origin.list(namespace, from, limit, replica)),
      put: (...args) => write(() => origin.put(...args)),
      delete: (...args) => write(() => origin.delete(...args)),
    },
    keys: {
      find: (digest, replica) => read(replica, () => keys.find(digest, replica)),
      create: (...args) => write(() => keys.create(...args)),
      revoke: (...args) => write(() => keys.revoke(...args)),
    },
    readLog: (since) => deadlines?.read("primary", () => readLog(since)) ?? readLog(since),
  };
}
