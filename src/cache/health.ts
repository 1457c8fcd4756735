import { BOUND_MS } from "./admit.ts";
import type { Edge } from "./edge.ts";
import { JOURNAL_KEY } from "./journal-keeper.ts";

/** How long the database has to answer a health check, in milliseconds. */
const DATABASE_MS = 5_000;

/** Asks all that copies rest on. `askDatabase` rejects when D1 does not answer. */
export function healthOf({ clock, sleep, kv, journal }: Edge, askDatabase: () => Promise<unknown>) {
  const ask = async (): Promise<boolean> => {
    try {
      await askDatabase();
      return true;
    } catch {
      return false;
    }
  };
  return {
    async report() {
      const now = clock();
      const checks: Promise<unknown>[] = [];
      const [database, kvAnswers] = await Promise.all([
        Promise.race([ask(), sleep(DATABASE_MS).then(() => false)]),
        kv.answers(JOURNAL_KEY),
        journal.current(now, BOUND_MS, (work) => checks.push(work)),
      ]);
      const asOf = journal.held?.asOf;
      const journalAgeSeconds = asOf === undefined ? null : Math.max(0, Math.floor((now - asOf) / 1000));
      return { database, kv: kvAnswers, journalAgeSeconds };
    },
  };
}
