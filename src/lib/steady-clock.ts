/** Smaller steps back come from interleaved requests, each of which has its own time. */
const JITTER_MS = 500;

/** The time in milliseconds since the Unix epoch, as one isolate counts it. */
export interface Clock {
  readonly now: () => number;
  /** Registers a listener that is called when the machine's clock is found to have been set back. */
  readonly onSetBack: (listener: () => void) => void;
}

/**
 * A clock that never goes back. When `wall` is set back by more than jitter, this clock continues from its last value
 * and calls its listeners, because it is unknown how much time passed around the step. (`performance.now()` is no help:
 * in Workers it is `Date.now()`.)
 */
export function steadyClock(wall: () => number): Clock {
  const listeners: (() => void)[] = [];
  let offset = 0;
  let last = -Infinity;
  return {
    now() {
      const read = wall() + offset;
      if (read >= last) {
        last = read;
      } else if (last - read > JITTER_MS) {
        offset += last - read;
        for (const listener of listeners) listener();
      }
      return last;
    },
    onSetBack(listener) {
      listeners.push(listener);
    },
  };
}
