import type { Spent } from "../observability/spent.ts";

/** Does some work and adds the time waited for it to the request's account. */
export async function timed<R>(
  spent: Spent,
  what: "kv" | "d1",
  clock: () => number,
  work: () => Promise<R>,
): Promise<R> {
  const started = clock();
  try {
    return await work();
  } finally {
    spent.waitedFor(what, clock() - started);
  }
}
