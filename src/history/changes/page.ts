import type { Grant } from "../../auth/grants.ts";
import { NameMatcher } from "../../auth/name-matcher.ts";
import { ApiError, invalid, namespaceMissing } from "../../errors.ts";
import type { Namespace } from "../../identity/names.ts";
import { grantsEverywhere } from "../lives.ts";
import { Meter } from "../../lib/meter.ts";
import type { ChangeHead, ChangeScan } from "../../store/change-store.ts";
import { cursorAt, printCursor, type Cursor } from "./cursor.ts";

/** Who follows what: a namespace or (null) every one. */
export interface Follower {
  readonly grants: readonly Grant[];
  readonly scope: Namespace | null;
}

/** Bytes of definitions in one page; a larger definition is the only one in its page. */
export const PAGE_BYTES = 4 * 1024 * 1024;
/** Steps of matching names with the globs of grants in one page. */
export const MATCHING_STEPS = 50_000_000;

/** The commits of a scan that one page shows, and the seq up to which it is complete. */
export interface Selection {
  readonly heads: readonly ChangeHead[];
  readonly completeTo: number;
}

/** As many of the commits that the follower may see as fit a page. */
export function selectChanges(follower: Follower, scan: ChangeScan, limit: number): Selection {
  const meter = new Meter(MATCHING_STEPS);
  const isVisible = visibleTo(follower, scan, meter);
  const heads: ChangeHead[] = [];
  let [bytes, completeTo] = [0, 0];
  for (const head of scan.heads) {
    if (meter.isSpent) return { heads, completeTo };
    if (isVisible(head, "view")) {
      bytes += head.bytes;
      if (heads.length === limit || (heads.length > 0 && bytes > PAGE_BYTES)) return { heads, completeTo };
      heads.push(head);
    }
    completeTo = head.seq;
  }
  return { heads, completeTo: scan.scannedTo };
}

/** Whether the follower holds a role for the asset of a commit, in the life of the namespace that the commit is of. */
export function visibleTo(
  { grants }: Follower,
  { lives }: Pick<ChangeScan, "lives">,
  meter: Meter,
): (head: Pick<ChangeHead, "seq" | "namespace" | "name">, role: "view" | "edit") => boolean {
  const present = new NameMatcher(grants, meter);
  const former = new NameMatcher(grantsEverywhere(grants), meter);
  return ({ seq, namespace, name }, role) => {
    const isFormer = seq <= (lives.get(namespace) ?? 0);
    return (isFormer ? former : present).allows({ role, namespace, name });
  };
}

/**
 * Refuses a cursor after which commits are missing, and one that no commit has reached. A follower that lists what
 * there is after it was handed the new cursor misses nothing.
 */
export function checkCursor(from: Cursor | null, { scope }: Follower, scan: ChangeScan): void {
  const newest = cursorAt(scan.epoch, scan.seq, null);
  if (!scan.exists) throw namespaceMissing(scope ?? "*");
  if (from === null) return;
  if (from.epoch !== scan.epoch)
    throw gone("the database was restored since, or the cursor is of another one", newest);
  if (from.seq > scan.seq) {
    throw invalid(
      `the cursor is at seq ${from.seq}, past the newest commit, ${scan.seq}, whose cursor is ${printCursor(newest)}`,
    );
  }
  if (from.startedAt === null && from.seq < scan.forgotten) {
    throw gone("commits after the cursor are no longer kept", newest);
  }
  // Deletes in a former life are hidden from this follower, so its copy may hold what they deleted.
  if ([...scan.lives.values()].some((life) => from.seq < life && life > (from.startedAt ?? 0))) {
    throw gone("the namespace was deleted or created again after the cursor", newest);
  }
}

function gone(why: string, next: Cursor): ApiError {
  return new ApiError(
    "gone",
    `${why}; list the assets again with Cache-Control: no-cache, then go on from the cursor in next`,
    {
      members: { next: printCursor(next) },
    },
  );
}
