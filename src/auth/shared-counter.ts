import { OnceAMinute } from "../lib/once-a-minute.ts";
import type { CountShared } from "./failure-limit.ts";

/**
 * Counts failures of a client in each of Cloudflare's locations. Counters with one `namespace_id` are shared by all
 * Workers of an account, so ours carry the Worker's name. Without the binding, or when it fails, each isolate's own count
 * must do.
 */
export function sharedCounter(
  limiter: RateLimit | undefined,
  worker: string,
  log: (entry: Record<string, unknown>) => void,
  clock: () => number,
): CountShared {
  if (limiter === undefined) {
    log({
      level: "warn",
      event: "no-rate-limit",
      message: "AUTH_FAILURES is not bound; isolates count alone",
    });
    return async () => true;
  }
  const failing = new OnceAMinute();
  return async (client) => {
    try {
      return (await limiter.limit({ key: `${worker}:${client}` })).success;
    } catch (error) {
      const line = { level: "warn", event: "rate-limit-failed", error: String(error) };
      if (failing.allows(clock())) log(line);
      return true;
    }
  };
}
