import { BOUND_MS } from "./admit.ts";
import type { Edge } from "./edge.ts";
import { JOURNAL_KEY } from "./journal-keeper.ts";

/** How long the database has to answer a health check, in milliseconds. */
const DATABASE_MS = 5_000;

/** How old what is known of commits is; null when nothing is. */
export function journalAgeSeconds({ clock, journal }: Edge): number | null {
  const asOf = journal.held?.asOf;
  return asOf === undefined ? null : Math.max(0, Math.floor((clock() - asOf) / 1000));
}

/** Asks all that copies rest on. `askDatabase` rejects when D1 does not answer. */
export function healthOf(edge: Edge, askDatabase: () => Promise<unknown>) {
  const { clock, sleep, kv, journal } = edge;
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
      const checks: Promise<unknown>[] = [];
      const [database, kvAnswers] = await Promise.all([
        Promise.race([ask(), sleep(DATABASE_MS).then(() => false)]),
        kv.answers(JOURNAL_KEY),
        journal.current(clock(), BOUND_MS, (work) => checks.push(work)),
      ]);
      return { database, kv: kvAnswers, journalAgeSeconds: journalAgeSeconds(edge) };
    },
  };
}
