/** Calls `callback` after `ms` milliseconds; returns a function that cancels it. */
export type Timer = (ms: number, callback: () => void) => () => void;

/** The runtime's own timer. */
export function runtimeTimer(ms: number, callback: () => void): () => void {
  const handle = setTimeout(callback, ms);
  return () => clearTimeout(handle);
}

/** Waits `ms` milliseconds. */
export function sleep(timer: Timer, ms: number): Promise<void> {
  return new Promise((done) => {
    timer(ms, done);
  });
}

/** The result of the work, or `late` if it takes longer than `ms` milliseconds. */
export async function within<T, Late>(
  timer: Timer,
  ms: number,
  work: Promise<T>,
  late: Late,
): Promise<T | Late> {
  const { promise: deadline, resolve } = Promise.withResolvers<Late>();
  const cancel = timer(ms, () => resolve(late));
  try {
    return await Promise.race([work, deadline]);
  } finally {
    cancel();
  }
}
