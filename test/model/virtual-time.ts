import type { Timer } from "../../src/lib/timer.ts";

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
  cancelled: boolean;
}

/** Time that passes only when everything waits: what takes days outside takes seconds here, the same way each time. */
export class VirtualTime {
  #now = 0;
  #order = 0;
  /** A binary heap, the earliest first. */
  readonly #sleepers: Sleeper[] = [];

  /** Milliseconds. */
  get now(): number {
    return this.#now;
  }

  readonly sleep = (ms: number): Promise<void> =>
    new Promise((wake) => {
      this.timer(ms, wake);
    });

  readonly timer: Timer = (ms, wake) => {
    const order = (this.#order += 1);
    const sleeper: Sleeper = { at: this.#now + Math.max(0, ms), order, wake, cancelled: false };
    this.#push(sleeper);
    return () => {
      sleeper.cancelled = true;
    };
  };

  /** Lets time pass up to `until`, waking each sleeper in its turn and letting it run until it waits again. */
  async run(until: number): Promise<void> {
    await settled();
    for (let first = this.#sleepers[0]; first !== undefined && first.at <= until; first = this.#sleepers[0]) {
      this.#pop();
      if (first.cancelled) continue;
      this.#now = first.at;
      first.wake();
      await settled();
    }
    this.#now = until;
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#sleepers;
    let at = heap.push(sleeper) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, sleeper)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = sleeper;
  }

  #pop(): void {
    const heap = this.#sleepers;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      let least = left;
      if (right !== undefined && isBefore(right, left)) {
        least = right;
        child += 1;
      }
      if (isBefore(last, least)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Sleeper, b: Sleeper): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Resolves when every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((done) => {
    setImmediate(done);
  });
}
