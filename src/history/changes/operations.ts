import { allows, type Grant } from "../../auth/grants.ts";
import { principalOf } from "../../context.ts";
import { SERVED } from "../../definitions/examples.ts";
import { denied, invalid } from "../../errors.ts";
import * as answers from "../../http/answers.ts";
import { operation } from "../../http/operation.ts";
import { text, wholeNumber } from "../../http/parameters.ts";
import { strictQuery } from "../../http/query.ts";
import { LAST_EVENT_ID } from "../../http/request-headers.ts";
import { json, stream } from "../../http/respond.ts";
import { jsonObject } from "../../lib/json-object.ts";
import { ref } from "../../lib/schema-ref.ts";
import { namespaceProblem, parseNamespace } from "../../identity/names.ts";
import { Change, Changes, Gone, Reset, REVISION } from "../answers.ts";
import { printCursor, readFrom } from "./cursor.ts";
import { changeEvents } from "./events.ts";
import type { Follower } from "./page.ts";
import { printChange } from "./print.ts";
import { PAGE_CHANGES, type ChangeService } from "./service.ts";

const LONGEST_WAIT_SECONDS = 25;
/** When to ask again after an answer that was not held back and holds nothing. */
const IDLE_SECONDS = 5;

const CHANGE = { namespace: "default", name: "my-secure-asset", ...REVISION, definition: SERVED };
const CURSOR = "MGYxZTJkM2M0YjVhNjk3OC40Mg";

export const listChanges = operation({
  id: "listChanges",
  tag: "History",
  summary: "Follow changes",
  description: [
    "Commits to assets after a cursor, in commit order, without gaps, each at least once: for programs that keep a copy.",
    "A page holds at most 500 commits or 4 MiB of definitions, and may hold none although more follow: ask again at once unless the answer says `Retry-After`.",
    "To make a copy, ask with `since=now`, list the assets with `Cache-Control: no-cache`, and then follow from `next`; on 410 and on the event `reset` do the same with the cursor given there.",
    "Needs `view` at the namespace asked for, or everywhere; a grant with a name glob is shown only what it matches, and only grants for all namespaces (`*`) show what a namespace held before it was deleted and created again.",
    "With `Accept: text/event-stream`, server-sent events for a minute; clients reconnect by themselves.",
  ].join(" "),
  query: strictQuery(() => ({
    since: text()
      .default("")
      .meta({
        description:
          "Show what was committed after this cursor: `next` of the answer before, unchanged. `0` or nothing: from the start of what is kept. `now`: nothing but the cursor of the newest commit.",
        pattern: "^([\\w-]{1,200})?$",
        examples: ["0"],
      }),
    wait: wholeNumber()
      .default(0)
      .meta({
        description: "Seconds for which an idle answer may be held back until something is committed.",
        maximum: LONGEST_WAIT_SECONDS,
        examples: [1],
      }),
    limit: wholeNumber()
      .default(0)
      .meta({
        description: "At most how many changes; 0 or nothing: as many as a page holds.",
        examples: [10],
      }),
    namespace: text()
      .default("")
      .meta({
        description: "Only this namespace; without it, a grant for all (`*`) is needed.",
        examples: ["default"],
      }),
  })),
  headers: [LAST_EVENT_ID],
  answers: {
    200: answers.content(
      "The changes, and what to ask for next.",
      {
        "application/json": {
          schema: ref(Changes),
          example: { changes: [CHANGE], next: CURSOR, complete: true },
        },
        "text/event-stream": {
          schema: answers.embedded(
            [Change, Reset],
            "Events `change` with a change as `data`, and `reset` where the assets have to be listed again; the `id` of each is the cursor after it.",
          ),
          example: `retry: 5000\n\nid: ${CURSOR}\nevent: change\ndata: ${JSON.stringify(CHANGE)}\n\n`,
        },
      },
      { headers: ["Retry-After?"] },
    ),
    400: answers.invalid(
      "wait cannot be more than 25 seconds",
      `the cursor is at seq 2000, past the newest commit, 42, whose cursor is ${CURSOR}`,
    ),
    403: answers.shared("PermissionDenied"),
    404: answers.notFound("The namespace asked for does not exist.", "the namespace nope does not exist"),
    410: answers.content(
      "Commits after the cursor are missing: the database was restored, or retention or a new life of the namespace has taken them.",
      {
        "application/json": {
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
    429: answers.refusal(
      "Too many failed credentials from this address, or too many clients that wait for changes.",
      9,
      [
        "too many failed credentials; wait a minute",
        "too many clients wait for changes here; ask again in 5 seconds",
      ],
      { headers: ["Retry-After"] },
    ),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { changes }: { readonly changes: ChangeService }) {
    const { query, request, waitUntil, stillValid } = asked;
    const follower = followerOf(principalOf(asked).grants, query.namespace);
    const from = readFrom(query.since, "since");
    const limit = query.limit === 0 ? PAGE_CHANGES : Math.min(query.limit, PAGE_CHANGES);
    if (/text\/event-stream/.test(request.headers.get("Accept") ?? "")) {
      const lastEvent = readFrom(request.headers.get("Last-Event-ID"), "Last-Event-ID");
      changes.refuseWhenFull();
      return stream(changeEvents(asked, changes, follower, lastEvent ?? from, limit), "text/event-stream");
    }
    if (query.wait > LONGEST_WAIT_SECONDS) {
      throw invalid(`wait cannot be more than ${LONGEST_WAIT_SECONDS} seconds`);
    }
    const waiting = { wait: query.wait * 1000, waitUntil, stillValid };
    const { changes: found, next, complete, caughtUp } = await changes.next(follower, from, limit, waiting);
    const shown = found.map(printChange).join(",");
    const isIdle = found.length === 0 && caughtUp && query.wait === 0;
    return json(
      jsonObject([
        ["changes", `[${shown}]`],
        ["next", JSON.stringify(printCursor(next))],
        ["complete", String(complete)],
      ]),
      isIdle ? { "Retry-After": String(IDLE_SECONDS) } : {},
    );
  },
});

function followerOf(grants: readonly Grant[], asked: string): Follower {
  const scope = asked === "" ? null : parseNamespace(asked);
  if (asked !== "" && scope === null)
    throw invalid(`invalid namespace "${asked}": ${namespaceProblem(asked)}`);
  if (!allows(grants, { role: "view", namespace: scope, name: null })) throw denied();
  return { grants, scope };
}
