import { content, embedded, invalid, json, jsonBody, list, notFound, refusal, shared } from "../answers.ts";
import type { Described, Descriptions } from "../describe.ts";
import { REVISION, SERVED } from "../examples.ts";
import { parameters } from "../parameters.ts";
import { ServedAsset } from "../schemas/assets.ts";
import {
  AuditContinue,
  AuditEntry,
  Change,
  Changes,
  Difference,
  Gone,
  Reset,
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
const CURSOR = "MGYxZTJkM2M0YjVhNjk3OC40Mg";
const NEVER = notFound("The asset never was, or not at this seq.");

const audit = (id: string, text: string): Described => ({
  id,
  tag: "History",
  text: `${text} The newest first, 1,000 at the most in a page; \`Sensu-Continue\` says how to go on, also after a page that holds fewer or none because a filter left out the commits that were read.`,
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
          schema: embedded([AuditEntry, AuditContinue], "One entry a line."),
          example: `${JSON.stringify(ENTRY)}\n`,
        },
      },
      { headers: ["Sensu-Continue?"] },
    ),
    400: invalid(
      'invalid action "x": use create, update or delete',
      'invalid from "yesterday": use a time such as 2026-01-31T12:00:00Z, or Unix seconds',
      "name cannot be longer than 255 characters",
    ),
    503: shared("Unavailable"),
  },
});

export const HISTORY_OPERATIONS: Descriptions = {
  [`GET ${EDGE_ASSET}`]: {
    id: "getAssetAt",
    tag: "History",
    text: "The asset as it is, like Sensu's own path or, with `at`, as the commits up to that seq had made it. With `at`, header values that open doors are shown to those who may write the asset, and are `***` for others, who get no ETag.",
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
    text: [
      "Commits to assets after a cursor, in commit order, without gaps, each at least once: for programs that keep a copy.",
      "A page holds at most 500 commits or 4 MiB of definitions, and may hold none although more follow: ask again at once unless the answer says `Retry-After`.",
      "To make a copy, ask with `since=now`, list the assets with `Cache-Control: no-cache`, and then follow from `next`; on 410 and on the event `reset` do the same with the cursor given there.",
      "Needs `view` at the namespace asked for, or everywhere; a grant with a name glob is shown only what it matches, and only grants for all namespaces (`*`) show what a namespace held before it was deleted and created again.",
      "With `Accept: text/event-stream`, server-sent events for a minute; clients reconnect by themselves.",
    ].join(" "),
    parameters: parameters("since", "wait", "changesLimit", "namespace", "lastEventId"),
    answers: {
      200: content(
        "The changes, and what to ask for next.",
        {
          [JSON_TYPE]: { schema: ref(Changes), example: { changes: [CHANGE], next: CURSOR, complete: true } },
          "text/event-stream": {
            schema: embedded(
              [Change, Reset],
              "Events `change` with a change as `data`, and `reset` where the assets have to be listed again; the `id` of each is the cursor after it.",
            ),
            example: `retry: 5000\n\nid: ${CURSOR}\nevent: change\ndata: ${JSON.stringify(CHANGE)}\n\n`,
          },
        },
        { headers: ["Retry-After?"] },
      ),
      400: invalid(
        "wait cannot be more than 25 seconds",
        `the cursor is past the newest commit, whose cursor is ${CURSOR}`,
      ),
      403: shared("PermissionDenied"),
      404: notFound("The namespace asked for does not exist.", "the namespace nope does not exist"),
      410: content(
        "Commits after the cursor are missing: the database was restored, or retention or a new life of the namespace has taken them.",
        {
          [JSON_TYPE]: {
            schema: ref(Gone),
            example: {
              message:
                "commits after the cursor are no longer kept; list the assets again with Cache-Control: no-cache, then go on from the cursor in next",
              code: 2,
              next: CURSOR,
            },
          },
        },
        { headers: ["X-Request-Id"] },
      ),
      429: refusal(
        "Too many failed credentials from this address, or too many clients that wait for changes.",
        9,
        [
          "too many failed credentials; wait a minute",
          "too many clients wait for changes here; ask again in 5 seconds",
        ],
        { headers: ["Retry-After"] },
      ),
      503: shared("Unavailable"),
    },
  },
};
