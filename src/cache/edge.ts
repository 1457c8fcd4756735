import type { ReadLog } from "../store/origin.ts";
import { admit, BOUND_MS, type Admit } from "./admit.ts";
import { HighWater } from "./high-water.ts";
import { JournalKeeper } from "./journal-keeper.ts";
import { PatientKv, type KvStore, type Sleep } from "./patient-kv.ts";

/** What the caches of an isolate need from outside. */
export interface EdgeOptions {
  readonly kv: KvStore;
  readonly readLog: ReadLog;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly sleep: Sleep;
  readonly log: (entry: Record<string, unknown>) => void;
}

/** What all caches of one isolate share: made once, kept for its life. */
export interface Edge {
  readonly kv: PatientKv;
  readonly journal: JournalKeeper;
  readonly served: HighWater;
  readonly clock: () => number;
  readonly sleep: Sleep;
  readonly log: (entry: Record<string, unknown>) => void;
  /** The rule, and the bound in milliseconds. */
  readonly admit: Admit;
  readonly bound: number;
}

/** The shared part of an isolate's caches. `rule` is another admission rule, for experiments. */
export function edgeOf(options: EdgeOptions, rule: Admit = admit): Edge {
  const { clock, sleep, log } = options;
  const kv = new PatientKv(options.kv, clock, sleep);
  const journal = new JournalKeeper({ kv, readLog: options.readLog, clock, sleep, log });
  return { kv, journal, served: new HighWater(), clock, sleep, log, admit: rule, bound: BOUND_MS };
}
