import { globMatches } from "../../auth/grants.ts";
import { principalOf, type Context } from "../../context.ts";
import { invalid } from "../../errors.ts";
import { readableLives } from "../lives.ts";
import { readTime } from "../../http/query.ts";
import type { AuditScope, Revision } from "../../store/history-store.ts";

const ACTIONS = new Set(["create", "update", "delete"]);
/** An asset's name has no more characters, and the time a glob takes grows with its length. */
const GLOB_CHARACTERS = 255;
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

/** Reads the filters of a request. */
export function readFilter(query: URLSearchParams): AuditFilter {
  const action = textOf(query, "action");
  if (action !== null && !ACTIONS.has(action)) {
    throw invalid(`invalid action "${action}": use create, update or delete`);
  }
  const name = textOf(query, "name");
  if (name !== null && name.length > GLOB_CHARACTERS) {
    throw invalid(`name cannot be longer than ${GLOB_CHARACTERS} characters`);
  }
  return {
    principal: textOf(query, "principal"),
    action,
    name,
    from: readTime(query.get("from"), "from"),
    to: readTime(query.get("to"), "to"),
  };
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

function textOf(query: URLSearchParams, name: string): string | null {
  const text = query.get(name) ?? "";
  return text === "" ? null : text;
}
