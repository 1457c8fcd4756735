import type { Context } from "../../context.ts";
import * as answers from "../../http/answers.ts";
import * as common from "../../http/common-parameters.ts";
import { operation, type Asked } from "../../http/operation.ts";
import { continueHeader, continueToken, readPage, seqOfToken } from "../../http/pagination.ts";
import { oneOf, text, textUpTo, time } from "../../http/parameters.ts";
import { strictQuery, type QueryOf } from "../../http/query.ts";
import { json, stream } from "../../http/respond.ts";
import { ref } from "../../lib/schema-ref.ts";
import type { AuditScope, HistoryStore, Revision, RevisionPage } from "../../store/history-store.ts";
import { AuditContinue, AuditEntry, REVISION } from "../answers.ts";
import { GLOB_CHARACTERS, isPast, isSelective, matches, scopeOf, type AuditFilter } from "./query.ts";

interface Uses {
  readonly audit: HistoryStore;
}

/** Entries in a page, and commits read for it while a filter leaves some out; the rest follows by its token. */
const PAGE = 1_000;
/** Commits that one stream goes over; it then ends with the token of the rest. */
const STREAMED_PAGES = 100;

const auditQuery = () => ({
  limit: common.limit(),
  continue: common.continuation().meta({ examples: ["NDIA"] }),
  principal: text()
    .optional()
    .meta({
      description: "Only what this principal did: a token's subject or a key's name.",
      examples: ["admin"],
    }),
  action: oneOf(["create", "update", "delete"])
    .optional()
    .meta({ description: "Only commits of this kind.", examples: ["update"] }),
  name: textUpTo(GLOB_CHARACTERS)
    .optional()
    .meta({
      description: "Only names that match this glob, in which `*` stands for any run of characters.",
      examples: ["sensu/*"],
    }),
  from: time()
    .optional()
    .meta({
      description: "Only what was done at this time or later: RFC 3339 or Unix seconds.",
      examples: ["2026-01-31T12:00:00Z"],
    }),
  to: time()
    .optional()
    .meta({
      description: "Only what was done before or at this time: RFC 3339 or Unix seconds.",
      examples: ["1893456000"],
    }),
  format: oneOf(["json", "ndjson"])
    .optional()
    .meta({
      description:
        '`ndjson`: one entry a line, streamed. `Accept: application/x-ndjson` asks for the same. After 100,000 commits the last line is `{"continue": token}` instead: send it as `continue` for the rest.',
      examples: ["ndjson"],
    }),
});

const ENTRY = {
  seq: 1,
  when: REVISION.when,
  who: REVISION.who,
  action: "create",
  kind: "asset",
  namespace: "default",
  name: "my-secure-asset",
  etag: REVISION.etag,
  reason: REVISION.reason,
};

const auditOf = (id: string, summary: string, what: string) =>
  operation({
    id,
    tag: "History",
    summary,
    description: `${what} The newest first, at most 1,000 in a page; \`Sensu-Continue\` says how to go on, also after a page that holds fewer or none because a filter left out the commits that were read.`,
    query: strictQuery(auditQuery),
    answers: {
      200: answers.content(
        "Who did what.",
        {
          "application/json": { schema: { type: "array", items: ref(AuditEntry) }, example: [ENTRY] },
          "application/x-ndjson": {
            schema: answers.embedded([AuditEntry, AuditContinue], "One entry a line."),
            example: `${JSON.stringify(ENTRY)}\n`,
          },
        },
        { headers: ["Sensu-Continue?"] },
      ),
      400: answers.invalid(
        'invalid action "x": use create, update or delete',
        'invalid from "yesterday": use a time such as 2026-01-31T12:00:00Z, or Unix seconds',
        'invalid name "aaa...": use at most 255 characters',
      ),
      503: answers.shared("Unavailable"),
    },
    handle: list,
  });

export const auditNamespace = auditOf(
  "auditNamespace",
  "Read the audit of a namespace",
  "Who did what in a namespace, and to it.",
);
export const auditEverything = auditOf(
  "audit",
  "Read the audit of everything",
  "Who did what to assets, namespaces and keys, everywhere.",
);

/** Who did what and when, the newest first: to assets, namespaces and keys. NDJSON on request. */
async function list(asked: Asked<QueryOf<typeof auditQuery>, undefined>, { audit }: Uses): Promise<Response> {
  const filter = filterOf(asked.query);
  const scope = scopeOf(asked, filter);
  const { limit, start } = readPage(asked.query);
  const before = seqOfToken(start);
  if (wantsLines(asked, asked.query.format))
    return stream(lines(audit, scope, filter, before), "application/x-ndjson");

  const most = Math.min(limit, PAGE);
  const rows = isSelective(filter, scope) ? PAGE : most;
  const { revisions, next } = await search(audit, scope, filter, before, rows);
  const found = revisions.slice(0, most);
  const goOn = found.length < revisions.length ? found.at(-1)?.seq : next;
  return json(JSON.stringify(found.map(shown)), continueHeader(goOn));
}

function filterOf({ principal, action, name, from, to }: QueryOf<typeof auditQuery>): AuditFilter {
  return {
    principal: principal ?? null,
    action: action ?? null,
    name: name ?? null,
    from: from ?? null,
    to: to ?? null,
  };
}

function wantsLines({ request }: Context, format: "json" | "ndjson" | undefined): boolean {
  return format === undefined ? /ndjson/.test(request.headers.get("Accept") ?? "") : format === "ndjson";
}

async function* lines(audit: HistoryStore, scope: AuditScope, filter: AuditFilter, from: number | null) {
  let before = from;
  for (let pages = 0; pages < STREAMED_PAGES; pages += 1) {
    const { revisions, next } = await search(audit, scope, filter, before, PAGE);
    yield revisions.map((revision) => `${JSON.stringify(shown(revision))}\n`).join("");
    if (next === null) return;
    before = next;
  }
  yield `${JSON.stringify({ continue: continueToken(String(before)) })}\n`;
}

/** Goes over so many commits of a scope, and keeps those that the filter asks for. */
async function search(
  audit: HistoryStore,
  scope: AuditScope,
  filter: AuditFilter,
  before: number | null,
  rows: number,
): Promise<RevisionPage> {
  const { revisions, next } = await audit.audit(scope, before, rows);
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
