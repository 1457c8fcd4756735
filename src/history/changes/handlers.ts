import { allows } from "../../auth/grants.ts";
import { principalOf, type Context } from "../../context.ts";
import { denied, invalid } from "../../errors.ts";
import { readSeq } from "../../http/query.ts";
import { json, stream } from "../../http/respond.ts";
import { namespaceProblem, parseNamespace } from "../../identity/names.ts";
import { printCursor, readFrom } from "./cursor.ts";
import { changeEvents } from "./events.ts";
import type { Follower } from "./page.ts";
import { printChange } from "./print.ts";
import { PAGE_CHANGES } from "./service.ts";

const LONGEST_WAIT_SECONDS = 25;
/** When to ask again after an answer that was not held back and holds nothing. */
const IDLE_SECONDS = 5;

/** Commits to assets after a cursor, in commit order: at least once, without gaps. `wait` holds an idle answer back. */
export async function listChanges(context: Context): Promise<Response> {
  const follower = followerOf(context);
  const query = context.url.searchParams;
  const from = readFrom(query.get("since"), "since");
  const limit = readLimit(query.get("limit"));
  if (/text\/event-stream/.test(context.request.headers.get("Accept") ?? "")) {
    const lastEvent = readFrom(context.request.headers.get("Last-Event-ID"), "Last-Event-ID");
    context.services.changes.refuseWhenFull();
    return stream(changeEvents(context, follower, lastEvent ?? from, limit), "text/event-stream");
  }
  const seconds = readSeq(query.get("wait"), "wait") ?? 0;
  if (seconds > LONGEST_WAIT_SECONDS) {
    throw invalid(`wait cannot be more than ${LONGEST_WAIT_SECONDS} seconds`);
  }
  const { changes, next, complete, caughtUp } = await context.services.changes.next(follower, from, limit, {
    wait: seconds * 1000,
    waitUntil: context.waitUntil,
    stillValid: context.stillValid,
  });
  const body = `{"changes":[${changes.map(printChange).join(",")}],"next":"${printCursor(next)}","complete":${complete}}`;
  const isIdle = changes.length === 0 && caughtUp && seconds === 0;
  return json(body, isIdle ? { "Retry-After": String(IDLE_SECONDS) } : {});
}

function followerOf(context: Context): Follower {
  const { grants } = principalOf(context);
  const asked = context.url.searchParams.get("namespace") ?? "";
  const scope = asked === "" ? null : parseNamespace(asked);
  if (asked !== "" && scope === null)
    throw invalid(`invalid namespace "${asked}": ${namespaceProblem(asked)}`);
  if (!allows(grants, { role: "view", namespace: scope, name: null })) throw denied();
  return { grants, scope };
}

function readLimit(text: string | null): number {
  const limit = readSeq(text, "limit") ?? 0;
  return limit === 0 ? PAGE_CHANGES : Math.min(limit, PAGE_CHANGES);
}
