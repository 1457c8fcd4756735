import { Breaker } from "../lib/breaker.ts";
import { within, type Timer } from "../lib/timer.ts";
import type { Replica } from "./origin.ts";

/** Milliseconds that the database has to answer (I5). */
export const READ_MS = 2_000;
export const WRITE_MS = 10_000;

/** The database failed, in its own words: whatever a call of it throws, and nothing that our own code does. */
export class DatabaseError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "DatabaseError";
  }
}

/** The database did not answer in time. A read has no effect; a write may still be committed. */
export class DeadlineError extends DatabaseError {
  readonly call: "read" | "write";
  /** Settles if the answer comes after all; null for a call that was not made. */
  readonly answered: Promise<unknown> | null;

  constructor(call: "read" | "write", message: string, answered: Promise<unknown> | null) {
    super(message);
    this.name = "DeadlineError";
    this.call = call;
    this.answered = answered;
  }
}

const LATE = Symbol("late");

/**
 * Gives every call of the database a deadline; one that fails is a `DatabaseError`. Reads are refused at once while the breaker of their replica is open, so
 * that an outage does not cost each of them two seconds; writes are always tried. An error is an answer, too: only
 * silence opens a breaker.
 */
export class Deadlines {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly #timer: Timer;
  readonly #onSilence: () => void;
  readonly #breakers: Readonly<Record<Replica, Breaker>> = { nearest: new Breaker(), primary: new Breaker() };

  /** `onSilence` is called when the primary's breaker opens, and for each call without an answer while it is open. */
  constructor(clock: () => number, timer: Timer, onSilence: () => void = () => undefined) {
    this.now = clock;
    this.#timer = timer;
    this.#onSilence = onSilence;
  }

  /** Whether the primary has not answered the last three calls: its reads are refused but for one in ten seconds. */
  get isOpen(): boolean {
    return this.#breakers.primary.isOpen;
  }

  /** Throws `DeadlineError` after two seconds, or at once while the breaker is open. */
  async read<T>(replica: Replica, work: () => Promise<T>): Promise<T> {
    const breaker = this.#breakers[replica];
    if (!breaker.allows(this.now())) {
      throw new DeadlineError("read", `the ${replica} database is not asked: it did not answer`, null);
    }
    return this.#within(READ_MS, "read", breaker, work());
  }

  /** Throws `DeadlineError` after ten seconds. */
  write<T>(work: () => Promise<T>): Promise<T> {
    return this.#within(WRITE_MS, "write", this.#breakers.primary, work());
  }

  async #within<T>(ms: number, call: "read" | "write", breaker: Breaker, work: Promise<T>): Promise<T> {
    const answer = await within(this.#timer, ms, settled(work), LATE);
    if (answer === LATE) {
      breaker.failed(this.now());
      if (this.isOpen && breaker === this.#breakers.primary) this.#onSilence();
      throw new DeadlineError(call, `the database did not answer a ${call} within ${ms / 1000} s`, work);
    }
    breaker.succeeded();
    try {
      return await work;
    } catch (cause) {
      throw new DatabaseError(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }
}

/** Resolves when the work has ended, either way. */
async function settled(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch {
    // Whoever waits for the work itself sees the error.
  }
}
