/** Clients that may wait in one isolate at once: each costs it a timer and some memory. */
const SLOTS = 1_000;

/** Bounds how many clients wait for a commit at once. */
export class WaitingRoom {
  readonly #slots: number;
  readonly #taken = new Map<symbol, number>();

  constructor(slots = SLOTS) {
    this.#slots = slots;
  }

  /**
   * Takes a slot until `until` (milliseconds). A client that hangs up may never release it, so it expires. Returns the
   * release function, or null when no slot is free.
   */
  enter(now: number, until: number): (() => void) | null {
    if (this.#taken.size >= this.#slots) this.#dropExpired(now);
    if (this.#taken.size >= this.#slots) return null;
    const slot = Symbol("slot");
    this.#taken.set(slot, until);
    return () => this.#taken.delete(slot);
  }

  #dropExpired(now: number): void {
    for (const [slot, until] of this.#taken) if (until <= now) this.#taken.delete(slot);
  }
}
