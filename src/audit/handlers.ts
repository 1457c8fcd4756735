import { globMatches } from "../auth/grants.ts";
import type { Context } from "../context.ts";
import { invalid } from "../errors.ts";
import { continueHeader, readPage } from "../http/pagination.ts";
import { readSeq, readTime } from "../http/query.ts";
import { json, stream } from "../http/respond.ts";
import type { AuditFilter, Revision } from "../store/history-store.ts";

const PAGE = 1_000;
/** Commits read for one page at the most while matches are looked for; the rest follows by its token. */
const SCAN_PAGES = 20;
const ACTIONS = new Set(["create", "update", "delete"]);

/** Who did what and when, the newest first: to assets, namespaces and keys. NDJSON on request, streamed whole. */
export async function listAudit(context: Context): Promise<Response> {
  const query = context.url.searchParams;
  const filter = readFilter(context);
  const name = query.get("name");
  const { limit, start } = readPage(query);
  const before = readSeq(start?.key, "continue token");
  const wantsLines =
    query.get("format") === "ndjson" || /ndjson/.test(context.request.headers.get("Accept") ?? "");
  if (wantsLines) return stream(lines(context, filter, name, before), "application/x-ndjson");

  const found: Revision[] = [];
  let next = before;
  for (let page = 0; page < SCAN_PAGES; page += 1) {
    const read = await context.services.audit.audit(filter, next, PAGE);
    for (const revision of read.filter((each) => matches(each, name))) {
      const last = found.at(-1);
      if (last !== undefined && found.length === Math.min(limit, PAGE)) return answer(found, last.seq);
      found.push(revision);
    }
    next = read.at(-1)?.seq ?? null;
    if (read.length < PAGE) return answer(found, null);
  }
  return answer(found, next);
}

function answer(found: readonly Revision[], next: number | null): Response {
  return json(JSON.stringify(found.map(shown)), continueHeader(next));
}

async function* lines(context: Context, filter: AuditFilter, name: string | null, from: number | null) {
  let before = from;
  for (;;) {
    const read = await context.services.audit.audit(filter, before, PAGE);
    const found = read.filter((each) => matches(each, name));
    yield found.map((revision) => `${JSON.stringify(shown(revision))}\n`).join("");
    before = read.at(-1)?.seq ?? null;
    if (read.length < PAGE) return;
  }
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

function matches({ name }: Revision, glob: string | null): boolean {
  return glob === null || glob === "" || globMatches(glob, name);
}

function readFilter({ namespace, url }: Context): AuditFilter {
  const query = url.searchParams;
  const action = query.get("action") ?? "";
  if (action !== "" && !ACTIONS.has(action)) {
    throw invalid(`invalid action "${action}": use create, update or delete`);
  }
  const principal = query.get("principal") ?? "";
  return {
    namespace,
    principal: principal === "" ? null : principal,
    action: action === "" ? null : action,
    from: readTime(query.get("from"), "from"),
    to: readTime(query.get("to"), "to"),
  };
}
