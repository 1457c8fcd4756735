import { Deadlines } from "../../src/store/deadlines.ts";
import type { ReadLog, RunCommit } from "../../src/store/commit.ts";
import type { NamespaceOrigin } from "../../src/store/namespace-store.ts";
import type { KeyOrigin } from "../../src/store/key-store.ts";
import type { AssetOrigin } from "../../src/store/origin.ts";
import type { ReachedDatabase } from "./cut-off.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface GuardedDatabase {
  readonly origin: (run: RunCommit) => AssetOrigin;
  readonly namespaces: (run: RunCommit) => NamespaceOrigin;
  readonly keys: (run: RunCommit) => Pick<KeyOrigin, "find" | "create" | "revoke">;
  readonly readLog: ReadLog;
}

/**
 * The database as one isolate reaches it: with deadlines, or without for an experiment. `paused` holds back an answer
 * that has arrived, as an isolate does that is not given the time to go on.
 */
export function guarded(
  { origin, namespaces, keys, readLog }: ReachedDatabase,
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
    origin: (run) => ({
      get: (id, replica) => read(replica, () => origin.get(id, replica)),
      list: (namespace, from, limit, replica) =>
        read(replica, () => origin.list(namespace, from, limit, replica)),
      put: (asset, condition, commit) =>
        run(commit, (since) => write(() => origin.put(asset, condition, since))),
      delete: (id, _condition, commit) => run(commit, (since) => write(() => origin.delete(id, since))),
    }),
    namespaces: (run) => ({
      find: (name, replica) => read(replica, () => namespaces.find(name, replica)),
      page: (range, replica) => read(replica, () => namespaces.page(range, replica)),
      create: async (name, commit) => {
        const { outcome } = await run(commit, (since) => write(() => namespaces.create(name, since)));
        return outcome === "committed";
      },
      delete: async (name, commit) => {
        const { outcome } = await run(commit, (since) => write(() => namespaces.delete(name, since)));
        return outcome === "committed" ? "deleted" : "absent";
      },
    }),
    keys: (run) => ({
      find: (digest, replica) => read(replica, () => keys.find(digest, replica)),
      create: async (key, commit) =>
        (await run(commit, (since) => write(() => keys.create(key, since)))).record,
      revoke: async (digest, _among, commit) => {
        await run(commit, (since) => write(() => keys.revoke(digest, since)));
        return true;
      },
    }),
    readLog: (since) => deadlines?.read("primary", () => readLog(since)) ?? readLog(since),
  };
}
