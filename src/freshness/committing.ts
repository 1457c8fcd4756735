import { within } from "../lib/timer.ts";
import type { Commit } from "../store/asset-store.ts";
import { DeadlineError } from "../store/deadlines.ts";
import type { Logged } from "../store/origin.ts";
import type { Edge } from "./edge.ts";
import { writeFailed } from "./unavailable.ts";

/** Milliseconds for which a late answer is waited for, in the background: the runtime grants about 30 s. */
const LATE_MS = 20_000;

/**
 * Runs a write whose transaction also reads the commit log, takes the log into this isolate's journal at once, and
 * publishes the journal after the answer, best effort. A database that fails is 503: nothing has been acknowledged. If
 * its answer comes too late, the journal learns of the commit all the same, so that no copy from before it stays.
 */
export async function committing<Outcome extends { readonly outcome: string }>(
  edge: Edge,
  { waitUntil }: Pick<Commit, "waitUntil">,
  write: (since: number) => Promise<Logged<Outcome>>,
): Promise<Logged<Outcome>> {
  const { journal, clock } = edge;
  const askedAt = clock();
  let logged: Logged<Outcome>;
  try {
    logged = await write(journal.held?.seq ?? 0);
  } catch (cause) {
    if (cause instanceof DeadlineError) waitUntil(learnLate(edge, cause));
    throw writeFailed(cause);
  }
  journal.extend(logged.log, askedAt);
  if (logged.result.outcome === "committed") waitUntil(journal.publish());
  return logged;
}

async function learnLate({ journal, timer }: Edge, { answered }: DeadlineError): Promise<void> {
  const late = answered?.then(
    () => true,
    () => false,
  );
  if (late === undefined || !(await within(timer, LATE_MS, late, false))) return;
  // Best effort: without it, copies from before are served within the bound, as anywhere else.
  await journal.renew().catch(() => undefined);
}
