import type { Context } from "../../context.ts";
import { continueHeader, continueToken, readPage } from "../../http/pagination.ts";
import { readSeq } from "../../http/query.ts";
import { json, stream } from "../../http/respond.ts";
import type { AuditScope, Revision, RevisionPage } from "../../store/history-store.ts";
import { isPast, isSelective, matches, readFilter, scopeOf, type AuditFilter } from "./query.ts";

/** Entries in a page, and commits read for it while a filter leaves some out; the rest follows by its token. */
const PAGE = 1_000;
/** Commits that one stream goes over; it then ends with the token of the rest. */
const STREAMED_PAGES = 100;

/** Who did what and when, the newest first: to assets, namespaces and keys. NDJSON on request. */
export async function listAudit(context: Context): Promise<Response> {
  const query = context.url.searchParams;
  const filter = readFilter(query);
  const scope = scopeOf(context, filter);
  const { limit, start } = readPage(query);
  const before = readSeq(start?.key, "continue token");
  const wantsLines =
    query.get("format") === "ndjson" || /ndjson/.test(context.request.headers.get("Accept") ?? "");
  if (wantsLines) return stream(lines(context, scope, filter, before), "application/x-ndjson");

  const most = Math.min(limit, PAGE);
  const rows = isSelective(filter, scope) ? PAGE : most;
  const { revisions, next } = await search(context, scope, filter, before, rows);
  const found = revisions.slice(0, most);
  const goOn = found.length < revisions.length ? found.at(-1)?.seq : next;
  return json(JSON.stringify(found.map(shown)), continueHeader(goOn));
}

async function* lines(context: Context, scope: AuditScope, filter: AuditFilter, from: number | null) {
  let before = from;
  for (let pages = 0; pages < STREAMED_PAGES; pages += 1) {
    const { revisions, next } = await search(context, scope, filter, before, PAGE);
    yield revisions.map((revision) => `${JSON.stringify(shown(revision))}\n`).join("");
    if (next === null) return;
    before = next;
  }
  yield `${JSON.stringify({ continue: continueToken(String(before)) })}\n`;
}

/** Goes over so many commits of a scope, and keeps those that the filter asks for. */
async function search(
  { services }: Context,
  scope: AuditScope,
  filter: AuditFilter,
  before: number | null,
  rows: number,
): Promise<RevisionPage> {
  const { revisions, next } = await services.audit.audit(scope, before, rows);
  const last = revisions.at(-1);
  return {
    revisions: revisions.filter((revision) => matches(filter, revision)),
    next: last !== undefined && isPast(filter, last) ? null : next,
  };
}

/** An audit line names what was done, never what was written. */
function shown({ seq, kind, namespace, name, action, principal, at, etag, reason }: Revision) {
  return {
    seq,
    when: new Date(at).toISOString(),
    who: principal,
    action,
    kind,
    namespace,
    name,
    etag,
    reason,
  };
}
