/** Calls `ring` after so many milliseconds, unless the function it returns is called first. */
export type Timer = (ms: number, ring: () => void) => () => void;

/** The runtime's own timer. */
export function runtimeTimer(ms: number, ring: () => void): () => void {
  const handle = setTimeout(ring, ms);
  return () => clearTimeout(handle);
}

/** Waits so many milliseconds. */
export function sleep(timer: Timer, ms: number): Promise<void> {
  return new Promise((done) => {
    timer(ms, done);
  });
}

/** What the work gives, or `late` when it takes more than so many milliseconds. */
export async function within<T, Late>(
  timer: Timer,
  ms: number,
  work: Promise<T>,
  late: Late,
): Promise<T | Late> {
  const { promise: rung, resolve: ring } = Promise.withResolvers<Late>();
  const cancel = timer(ms, () => ring(late));
  try {
    return await Promise.race([work, rung]);
  } finally {
    cancel();
  }
}
