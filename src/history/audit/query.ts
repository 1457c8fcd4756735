import { globMatches } from "../../auth/grants.ts";
import { principalOf, type Context } from "../../context.ts";
import { readableLives } from "../lives.ts";
import type { AuditScope, Revision } from "../../store/history-store.ts";

/** As long as the longest name: the time a glob takes grows with its length. */
export const GLOB_CHARACTERS = 255;
/** Commits are dated by the clocks of many machines; these never disagree by more. */
const CLOCK_SKEW_MS = 24 * 3_600_000;

/** What an audit asks for; null asks nothing. Times are milliseconds since the epoch. */
export interface AuditFilter {
  readonly principal: string | null;
  readonly action: string | null;
  readonly name: string | null;
  readonly from: number | null;
  readonly to: number | null;
}

/** Where the database looks: it has an index for each of these. What else was asked is looked for in what it finds. */
export function scopeOf(context: Context, { principal }: AuditFilter): AuditScope {
  const { namespace } = context;
  if (namespace === null) return principal === null ? "everything" : { principal };
  const lives = readableLives(principalOf(context).grants, { role: "admin", namespace, name: null });
  return { namespace, lives };
}

/** Whether a filter leaves out any commit of its scope. */
export function isSelective({ principal, action, name, from, to }: AuditFilter, scope: AuditScope): boolean {
  const byPrincipal = principal !== null && !(scope !== "everything" && "principal" in scope);
  return byPrincipal || [action, name, from, to].some((each) => each !== null);
}

/** Whether a commit is one of those asked for. */
export function matches(
  { principal, action, name, from, to }: AuditFilter,
  commit: Pick<Revision, "principal" | "action" | "name" | "at">,
): boolean {
  return (
    (principal === null || commit.principal === principal) &&
    (action === null || commit.action === action) &&
    (from === null || commit.at >= from) &&
    (to === null || commit.at <= to) &&
    (name === null || globMatches(name, commit.name))
  );
}

/** Whether no commit older than this one can be asked for. */
export function isPast({ from }: AuditFilter, { at }: Pick<Revision, "at">): boolean {
  return from !== null && at < from - CLOCK_SKEW_MS;
}
