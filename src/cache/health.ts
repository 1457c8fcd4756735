import { BOUND_MS } from "./admit.ts";
import type { Edge } from "./edge.ts";
import { UNDATED } from "./journal.ts";
import { JOURNAL_KEY } from "./journal-keeper.ts";

/** How old what is known of commits is; null when nothing is, or nobody can say. */
export function journalAgeSeconds({ clock, journal }: Edge): number | null {
  const asOf = journal.held?.asOf ?? UNDATED;
  return asOf === UNDATED ? null : Math.max(0, Math.floor((clock() - asOf) / 1000));
}

/** Asks all that copies rest on. `askDatabase` rejects when D1 does not answer in time. */
export function healthOf(edge: Edge, askDatabase: () => Promise<unknown>) {
  const { clock, kv, journal } = edge;
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
        ask(),
        kv.answers(JOURNAL_KEY),
        journal.current(clock(), BOUND_MS, (work) => checks.push(work)),
      ]);
      return { database, kv: kvAnswers, journalAgeSeconds: journalAgeSeconds(edge) };
    },
  };
}
