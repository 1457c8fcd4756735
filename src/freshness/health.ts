import { sleep } from "../lib/timer.ts";
import { BOUND_MS } from "./admit.ts";
import type { Edge } from "./edge.ts";
import { UNDATED } from "./journal.ts";
import { JOURNAL_KEY } from "./journal-keeper.ts";

/** How often an isolate checks: anyone may ask, and a check reads D1 and KV. */
const CHECK_EVERY_MS = 5_000;
/** How often a request looks whether the check of another has ended. */
const LOOK_EVERY_MS = 50;

type WaitUntil = (work: Promise<unknown>) => void;

/** Seconds since the journal was current; null when there is none, or its age is unknown. */
export function journalAgeSeconds({ clock, journal }: Edge): number | null {
  const asOf = journal.held?.asOf ?? UNDATED;
  return asOf === UNDATED ? null : Math.max(0, Math.floor((clock() - asOf) / 1000));
}

/** Seconds since the cron last ran; null when no run is known. */
export function cronAgeSeconds({ journal }: Edge): number | null {
  return journal.cronAge === null ? null : Math.floor(journal.cronAge / 1000);
}

interface HealthOptions {
  /** Rejects when D1 does not answer in time. */
  readonly askDatabase: () => Promise<unknown>;
  /** What is wrong with the settings, without their values. */
  readonly faults: readonly string[];
}

/** Asks all that copies rest on, at most once in five seconds. */
export function healthOf(edge: Edge, { askDatabase, faults }: HealthOptions) {
  const { clock, timer, kv, journal } = edge;
  let checked: { readonly databaseError: unknown; readonly kv: boolean } | null = null;
  let startedAt = -Infinity;

  const errorOfDatabase = async (): Promise<unknown> => {
    try {
      await askDatabase();
      return null;
    } catch (error) {
      return error;
    }
  };
  const check = async (waitUntil: WaitUntil) => {
    const [databaseError, kvAnswers] = await Promise.all([
      errorOfDatabase(),
      kv.answers(JOURNAL_KEY),
      journal.current(clock(), BOUND_MS, waitUntil),
    ]);
    checked = { databaseError, kv: kvAnswers };
    return checked;
  };
  const latest = async (waitUntil: WaitUntil) => {
    // A check may end with the request that started it, so others look for its result instead of awaiting it.
    while (clock() - startedAt < CHECK_EVERY_MS) {
      if (checked !== null) return checked;
      await sleep(timer, LOOK_EVERY_MS);
    }
    startedAt = clock();
    const work = check(waitUntil);
    waitUntil(work);
    return work;
  };

  return {
    async report(waitUntil: WaitUntil) {
      const { databaseError, kv: kvAnswers } = await latest(waitUntil);
      return {
        database: databaseError === null,
        databaseError,
        kv: kvAnswers,
        journalAgeSeconds: journalAgeSeconds(edge),
        cronAgeSeconds: cronAgeSeconds(edge),
        faults,
      };
    },
  };
}
