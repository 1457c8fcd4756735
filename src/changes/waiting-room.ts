/** Clients that may wait in one isolate at once: each costs it a timer and some memory. */
const PLACES = 1_000;

/** Bounds how many clients wait for a commit at once. */
export class WaitingRoom {
  readonly #places: number;
  readonly #taken = new Map<symbol, number>();

  constructor(places = PLACES) {
    this.#places = places;
  }

  /**
   * Takes a place until a time (milliseconds) at the latest: the work of a client that hangs up may end without another
   * step, so nobody can be relied on to leave. Returns how to leave before that, or null when no place is free.
   */
  enter(now: number, until: number): (() => void) | null {
    if (this.#taken.size >= this.#places) this.#dropExpired(now);
    if (this.#taken.size >= this.#places) return null;
    const place = Symbol("place");
    this.#taken.set(place, until);
    return () => this.#taken.delete(place);
  }

  #dropExpired(now: number): void {
    for (const [place, until] of this.#taken) if (until <= now) this.#taken.delete(place);
  }
}
