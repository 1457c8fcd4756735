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

/** How old what is known of commits is; null when nothing is, or nobody can say. */
export function journalAgeSeconds({ clock, journal }: Edge): number | null {
  const asOf = journal.held?.asOf ?? UNDATED;
  return asOf === UNDATED ? null : Math.max(0, Math.floor((clock() - asOf) / 1000));
}

/** Asks all that copies rest on, at most once in five seconds. `askDatabase` rejects when D1 does not answer in time. */
export function healthOf(edge: Edge, askDatabase: () => Promise<unknown>) {
  const { clock, timer, kv, journal } = edge;
  let checked: { readonly database: boolean; readonly kv: boolean } | null = null;
  let startedAt = -Infinity;

  const databaseAnswers = async (): Promise<boolean> => {
    try {
      await askDatabase();
      return true;
    } catch {
      return false;
    }
  };
  const check = async (waitUntil: WaitUntil) => {
    const [database, kvAnswers] = await Promise.all([
      databaseAnswers(),
      kv.answers(JOURNAL_KEY),
      journal.current(clock(), BOUND_MS, waitUntil),
    ]);
    checked = { database, kv: kvAnswers };
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
      return { ...(await latest(waitUntil)), journalAgeSeconds: journalAgeSeconds(edge) };
    },
  };
}
