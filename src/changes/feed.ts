import type { AssetRevision } from "../store/history-store.ts";

/** What a feed is read from, and which of it its reader may see. */
export interface Feed {
  /** Commits after a seq, in commit order, and the seq up to which nothing is missing. */
  readonly read: (
    seq: number,
    limit: number,
  ) => Promise<{ readonly revisions: readonly AssetRevision[]; readonly completeTo: number }>;
  readonly accepts: (change: AssetRevision) => boolean;
}

export interface Changes {
  readonly changes: readonly AssetRevision[];
  /** What to ask for next: everything up to here has been told. */
  readonly next: number;
}

const PAGE = 500;
const POLL_MS = 1_000;

/** The changes after a seq, or none when none come within the seconds given; then `next` has moved on all the same. */
export async function nextChanges(feed: Feed, since: number, waitSeconds: number): Promise<Changes> {
  let next = since;
  for (let waited = 0; ; waited += POLL_MS) {
    const { revisions, completeTo } = await feed.read(next, PAGE);
    const changes = revisions.filter(feed.accepts);
    next = completeTo;
    if (changes.length > 0) return { changes, next };
    if (revisions.length === PAGE) continue;
    if (waited >= waitSeconds * 1000) return { changes, next };
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}
