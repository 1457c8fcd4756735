import { OnceAMinute } from "../lib/once-a-minute.ts";
import type { Clock } from "../lib/steady-clock.ts";
import type { Timer } from "../lib/timer.ts";
import type { ReadLog } from "../store/commit.ts";
import { admit, BOUND_MS, type Admit } from "./admit.ts";
import { CLOCK_TOLERANCE_MS, DatabaseTime } from "./database-time.ts";
import { HighWater } from "./high-water.ts";
import { JournalKeeper } from "./journal-keeper.ts";
import { PatientKv, type KvStore } from "./patient-kv.ts";

/** What the caches of an isolate need from outside. */
export interface EdgeOptions {
  readonly kv: KvStore;
  readonly readLog: ReadLog;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: (entry: Record<string, unknown>) => void;
}

/** Rules that the model switches off one by one. */
export interface Rules {
  readonly admit: Admit;
  /** Milliseconds by which a journal may lie in the future and still be believed. */
  readonly tolerance: number;
}

/** What all caches of one isolate share: made once, kept for its life. */
export interface Edge {
  readonly kv: PatientKv;
  readonly journal: JournalKeeper;
  readonly served: HighWater;
  readonly time: DatabaseTime;
  /** Milliseconds since the Unix epoch; never goes back. */
  readonly clock: () => number;
  readonly timer: Timer;
  readonly log: (entry: Record<string, unknown>) => void;
  /** The rule, and the bound in milliseconds. */
  readonly admit: Admit;
  readonly bound: number;
}

/** The shared part of an isolate's caches. */
export function edgeOf(options: EdgeOptions, rules: Partial<Rules> = {}): Edge {
  const { timer, log, readLog } = options;
  const clock = options.clock.now;
  const { admit: rule, tolerance } = { admit, tolerance: CLOCK_TOLERANCE_MS, ...rules };
  const failing = new OnceAMinute();
  const message = "KV fails or is slow; copies come from memory and D1";
  const kv = new PatientKv(options.kv, clock, timer, () => {
    if (failing.allows(clock())) log({ level: "warn", event: "kv-failing", message });
  });
  const time = new DatabaseTime();
  const journal = new JournalKeeper({ kv, readLog, time, clock, timer, log, tolerance });
  options.clock.onSetBack(() => journal.distrust());
  return { kv, journal, served: new HighWater(), time, clock, timer, log, admit: rule, bound: BOUND_MS };
}
