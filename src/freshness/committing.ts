import { within } from "../lib/timer.ts";
import { DeadlineError } from "../store/deadlines.ts";
import type { RunCommit } from "../store/commit.ts";
import type { Edge } from "./edge.ts";
import { answerToCommit } from "./unavailable.ts";

/** Milliseconds for which a late answer is waited for, in the background: the runtime grants about 30 s. */
const LATE_MS = 20_000;

/**
 * Runs writes as commits of an isolate: takes the log that their transaction read into its journal at once, and publishes
 * the journal after the answer, best effort. A database that fails is 503: nothing has been acknowledged. If its answer
 * comes too late, the journal learns of the commit all the same, so that no copy from before it stays.
 */
export function committer(edge: Edge): RunCommit {
  const { journal, clock } = edge;
  return async ({ scope: { waitUntil } }, write) => {
    const askedAt = clock();
    const { result, log } = await write(journal.held?.seq ?? 0).catch((cause: unknown) => {
      if (cause instanceof DeadlineError) waitUntil(learnLate(edge, cause));
      throw answerToCommit(cause);
    });
    journal.extend(log, askedAt);
    if (result.outcome === "committed") waitUntil(journal.publish());
    return result;
  };
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
