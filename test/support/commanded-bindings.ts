import { env } from "cloudflare:workers";
import { aroundDatabase, type Around } from "./around-database.ts";

/** What D1 and KV do until told otherwise. */
export interface Commands {
  database: "works" | "fails" | "hangs" | "slow" | "large";
  kv: "works" | "fails" | "takes no writes";
  /** The clock of the database, in milliseconds since the epoch. */
  databaseNow: () => number;
  /** Lets time pass while a slow database works. */
  pass: (ms: number) => void;
}

const SLOW_MS = 700;
const LARGE_BYTES = 9_000_000_000;

/** The real D1 and KV, which fail on command. */
export function commandedBindings(commands: Commands): Pick<Env, "DB" | "CACHE"> {
  const around: Around = async (_, work) => {
    if (commands.database === "hangs") return new Promise(() => undefined);
    if (commands.database === "fails") throw new Error("D1_ERROR: Network connection lost.");
    if (commands.database === "slow") commands.pass(SLOW_MS);
    const answer = await work();
    // No test fills a database of 9 GB: its size is D1's word alone.
    if (commands.database === "large")
      for (const { meta } of [answer].flat() as D1Result[]) meta.size_after = LARGE_BYTES;
    return answer;
  };
  return { DB: aroundDatabase(dated(env.DB, commands), around), CACHE: failingKv(env.CACHE, commands) };
}

/** The database with its clock set. */
function dated<T extends D1Database | D1DatabaseSession>(database: T, commands: Commands): T {
  return new Proxy(database, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name === "prepare")
        return (sql: string) =>
          member.call(target, sql.replaceAll("unixepoch('subsec')", `(${commands.databaseNow()} / 1000.0)`));
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args);
        return name === "withSession" ? dated(result as D1DatabaseSession, commands) : result;
      };
    },
  });
}

function failingKv(kv: KVNamespace, commands: Commands): KVNamespace {
  return new Proxy(kv, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        const fails = commands.kv === "fails" || (commands.kv === "takes no writes" && name === "put");
        if (fails) throw new Error(`KV ${String(name)} failed: 503`);
        return member.apply(target, args) as unknown;
      };
    },
  });
}
