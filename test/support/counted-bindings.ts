import { env } from "cloudflare:workers";
import { aroundDatabase } from "./around-database.ts";

/** What a Worker asked of its bindings. */
export interface Asked {
  /** Statements run on their own. */
  queries: number;
  batches: number;
  kvGets: number;
  kvPuts: number;
}

/** The real bindings, each call of which is counted. */
export function countedBindings(asked: Asked): Env {
  const database = aroundDatabase(env.DB, ({ kind }, work) => {
    asked[kind === "batch" ? "batches" : "queries"] += 1;
    return work();
  });
  return { ...env, DB: database, CACHE: countedKv(env.CACHE, asked) };
}

function countedKv(kv: KVNamespace, asked: Asked): KVNamespace {
  const counts: Record<string, () => void> = {
    get: () => void (asked.kvGets += 1),
    getWithMetadata: () => void (asked.kvGets += 1),
    put: () => void (asked.kvPuts += 1),
  };
  return new Proxy(kv, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        counts[String(name)]?.();
        return member.apply(target, args) as unknown;
      };
    },
  });
}
