import type { Reading } from "../store/reading.ts";

/** Does some work and adds the time waited for it to the reading's account. */
export async function timed<R>(
  reading: Reading,
  what: string,
  clock: () => number,
  work: () => Promise<R>,
): Promise<R> {
  const started = clock();
  try {
    return await work();
  } finally {
    reading.waited.set(what, (reading.waited.get(what) ?? 0) + clock() - started);
  }
}
