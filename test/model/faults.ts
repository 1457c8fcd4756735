import type { Random } from "./random.ts";

/** What goes wrong in one simulated hour, and when (milliseconds, half-open). */
export interface Faults {
  readonly kvDown: Span;
  readonly kvSlow: Span;
  readonly databaseDown: Span;
  /** The database does what it is asked and does not answer. */
  readonly databaseHangs: Span;
  readonly cronDead: Span;
  /** Share of KV puts that are lost without an error. */
  readonly dropped: number;
  /** The longest a KV put may take to arrive; later ones overtake it. */
  readonly putDelay: number;
  /** The longest a replica may lag. */
  readonly lag: number;
  /** Share of database answers that reach a paused isolate, and for how long at the most. */
  readonly paused: number;
  readonly pause: number;
  /** The most a clock is wrong, either way, that is not wrong. */
  readonly skew: number;
  /** Between two jumps of the clock of a machine, on average; null for none. */
  readonly clockJumpEvery: number | null;
  /** Between two changes of anything, on average. */
  readonly writeEvery: number;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export function isDuring({ from, to }: Span, now: number): boolean {
  return now >= from && now < to;
}

/** Half of the time each fault does not occur; two clocks differ by 2 s at the most, as the bound allows. */
export function drawFaults(random: Random, length: number): Faults {
  const span = (longest: number): Span => {
    if (random.chance(0.5)) return { from: 0, to: 0 };
    const from = random.between(0.1, 0.8) * length;
    return { from, to: from + random.between(0.2, 1) * longest };
  };
  return {
    kvDown: span(300_000),
    kvSlow: span(300_000),
    databaseDown: span(300_000),
    databaseHangs: span(300_000),
    cronDead: span(420_000),
    dropped: random.pick([0, 0.02, 0.3]),
    putDelay: random.pick([200, 5_000, 30_000]),
    lag: random.pick([500, 10_000, 120_000]),
    paused: random.pick([0, 0.02, 0.1]),
    pause: 30_000,
    skew: random.pick([0, 500, 1_000]),
    clockJumpEvery: random.pick([null, 1_800_000, 300_000]),
    writeEvery: random.pick([200, 2_000, 20_000]),
  };
}
