import type { Spent } from "../observability/spent.ts";

/** Does some work and adds the time waited for KV to the request's account. */
export async function timed<R>(spent: Spent, clock: () => number, work: () => Promise<R>): Promise<R> {
  const started = clock();
  try {
    return await work();
  } finally {
    spent.waitedFor("kv", clock() - started);
  }
}
