import { content, embedded, invalid, json, jsonBody, list, notFound, shared } from "../answers.ts";
import type { Described, Descriptions } from "../describe.ts";
import { REVISION, SERVED } from "../examples.ts";
import { parameters } from "../parameters.ts";
import { ServedAsset } from "../schemas/assets.ts";
import {
  AuditEntry,
  Change,
  Changes,
  Difference,
  Revision,
  RevisionWithDefinition,
  Rollback,
} from "../schemas/history.ts";
import { ref } from "../schemas/registry.ts";

const EDGE_ASSET = "/api/edge/v1/namespaces/:namespace/assets/:name";
const JSON_TYPE = "application/json";

const UPDATE = { ...REVISION, seq: 3, action: "update", etag: '"0f0f0f0f0f0f0f0f"' };
const LINES = ['- headers.Authorization: "Bearer $TOKEN"'];
const DIFFERENCE = { from: REVISION, to: UPDATE, patch: { headers: null }, lines: LINES };
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
const CHANGE = { namespace: "default", name: "my-secure-asset", ...REVISION, definition: SERVED };
const NEVER = notFound("The asset never was, or not at this seq.");

const audit = (id: string, text: string): Described => ({
  id,
  tag: "History",
  text: `${text} The newest first, 1,000 at the most in a page; \`Sensu-Continue\` says how to go on.`,
  parameters: parameters(
    "limit",
    "continueBeforeSeq",
    "principal",
    "action",
    "nameGlob",
    "fromTime",
    "toTime",
    "auditFormat",
  ),
  answers: {
    200: content(
      "Who did what.",
      {
        [JSON_TYPE]: { schema: { type: "array", items: ref(AuditEntry) }, example: [ENTRY] },
        "application/x-ndjson": {
          schema: embedded(AuditEntry, "One entry a line: the whole audit, streamed."),
          example: `${JSON.stringify(ENTRY)}\n`,
        },
      },
      { headers: ["Sensu-Continue?"] },
    ),
    400: invalid(
      'invalid action "x": use create, update or delete',
      'invalid from "yesterday": use a time such as 2026-01-31T12:00:00Z, or Unix seconds',
    ),
    503: shared("Unavailable"),
  },
});

export const HISTORY_OPERATIONS: Descriptions = {
  [`GET ${EDGE_ASSET}`]: {
    id: "getAssetAt",
    tag: "History",
    text: "The asset as it is, like Sensu's own path or, with `at`, as the commits up to that seq had made it. With `at`, values of headers not known to be harmless, and userinfo and query of URLs, are `***` for callers who may not write the asset, and they get no ETag.",
    parameters: parameters("at", "filters", "ifNoneMatch", "cacheControl"),
    answers: {
      200: json("The asset.", ServedAsset, SERVED, {
        headers: ["ETag?", "Vary?", "X-Cache?", "Age?", "Server-Timing?", "Warning?"],
      }),
      304: shared("NotModified"),
      400: invalid('invalid at "x": use a whole number'),
      404: notFound("There is, or then was, no such asset."),
      503: shared("Unavailable"),
    },
  },
  [`GET ${EDGE_ASSET}/revisions`]: {
    id: "listRevisions",
    tag: "History",
    text: "Who wrote the asset, when and why, the newest first, 1,000 at the most in a page. Those of a deleted asset too.",
    parameters: parameters("limit", "continueBeforeSeq"),
    answers: {
      200: list("A page of revisions.", Revision, [UPDATE, REVISION], { headers: ["Sensu-Continue?"] }),
      400: invalid('invalid limit "x": use a whole number, 0 for no limit'),
      404: NEVER,
      503: shared("Unavailable"),
    },
  },
  [`GET ${EDGE_ASSET}/revisions/:seq`]: {
    id: "getRevision",
    tag: "History",
    text: "A revision, and what the asset was after it.",
    answers: {
      200: json("The revision.", RevisionWithDefinition, { ...REVISION, definition: SERVED }),
      400: invalid('invalid revision "x": use a whole number'),
      404: notFound("The asset has no revision of this seq."),
      503: shared("Unavailable"),
    },
  },
  [`GET ${EDGE_ASSET}/diff`]: {
    id: "diffRevisions",
    tag: "History",
    text: "What changed from one revision to another: a merge patch for programs, lines for people. Without `from` and `to`: what the last write changed.",
    parameters: parameters("fromSeq", "toSeq", "textFormat"),
    answers: {
      200: content("The difference.", {
        [JSON_TYPE]: { schema: ref(Difference), example: DIFFERENCE },
        "text/plain; charset=utf-8": {
          schema: { type: "string" },
          example: `from revision 1: create by ci at ${REVISION.when}\nto   revision 3: update by ci at ${REVISION.when}\n${LINES.join("\n")}\n`,
        },
      }),
      400: invalid('invalid from "x": use a whole number'),
      404: NEVER,
      503: shared("Unavailable"),
    },
  },
  [`POST ${EDGE_ASSET}/rollback`]: {
    id: "rollbackAsset",
    tag: "History",
    text: "Writes what the asset was at a seq as a new revision, the caller's; brings a deleted asset back as well.",
    parameters: parameters("reason", "reasonHeader", "ifMatch", "ifNoneMatchWrite"),
    body: jsonBody("Where to go back to.", Rollback, {
      first: { summary: "As it was at first", value: { seq: 1 } },
    }),
    answers: {
      200: json("The asset as it now is.", ServedAsset, SERVED, { headers: ["ETag"] }),
      400: invalid("the asset was deleted by revision 7; choose an earlier one to bring it back"),
      404: NEVER,
      412: shared("PreconditionFailed"),
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
  "GET /api/edge/v1/namespaces/:namespace/audit": audit(
    "auditNamespace",
    "Who did what in a namespace, and to it.",
  ),
  "GET /api/edge/v1/audit": audit("audit", "Who did what to assets, namespaces and keys, everywhere."),
  "GET /api/edge/v1/changes": {
    id: "listChanges",
    tag: "History",
    text: "Commits to assets after a seq, in commit order, without gaps, each at least once: for programs that keep a copy. Needs `view` at the namespace asked for, or everywhere; a grant with a name glob is told only of what it matches. With `Accept: text/event-stream`, server-sent events for a minute; clients reconnect by themselves.",
    parameters: parameters("since", "wait", "namespace", "lastEventId"),
    answers: {
      200: content(
        "The changes, and what to ask for next.",
        {
          [JSON_TYPE]: { schema: ref(Changes), example: { changes: [CHANGE], next: 1 } },
          "text/event-stream": {
            schema: embedded(Change, "Events `change` with the seq as `id` and a change as `data`."),
            example: `retry: 5000\n\nid: 1\nevent: change\ndata: ${JSON.stringify(CHANGE)}\n\n`,
          },
        },
        { headers: ["Retry-After?"] },
      ),
      400: invalid("wait cannot be more than 25 seconds"),
      403: shared("PermissionDenied"),
      503: shared("Unavailable"),
    },
  },
};
