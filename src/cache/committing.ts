import type { Commit } from "../store/asset-store.ts";
import type { Logged } from "../store/origin.ts";
import type { Edge } from "./edge.ts";
import { unavailable } from "./unavailable.ts";

/**
 * Runs a write whose transaction also reads the commit log, takes the log into this isolate's journal at once, and
 * publishes the journal after the answer, best effort. A database that fails is 503: nothing has been acknowledged.
 */
export async function committing<Outcome extends { readonly outcome: string }>(
  { journal, clock }: Edge,
  { waitUntil, spent }: Pick<Commit, "waitUntil" | "spent">,
  write: (since: number) => Promise<Logged<Outcome>>,
): Promise<Logged<Outcome>> {
  const asOf = clock();
  let logged: Logged<Outcome>;
  try {
    logged = await write(journal.held?.seq ?? 0);
  } catch (cause) {
    throw unavailable(cause);
  } finally {
    spent?.waitedFor("d1", clock() - asOf);
  }
  for (const meta of logged.log.metas ?? []) spent?.queried(meta);
  journal.extend(logged.log, asOf);
  if (logged.result.outcome === "committed") waitUntil(journal.publish());
  return logged;
}
