import { allows } from "../auth/grants.ts";
import { principalOf, type Context } from "../context.ts";
import { denied, invalid } from "../errors.ts";
import { readSeq } from "../http/query.ts";
import { namespaceProblem, parseNamespace } from "../identity/names.ts";
import { json, stream } from "../http/respond.ts";
import { shownDefinition, shownRevision } from "../history/shown.ts";
import type { AssetRevision } from "../store/history-store.ts";
import { nextChanges, type Feed } from "./feed.ts";

const LONGEST_WAIT_SECONDS = 25;
const STREAM_SECONDS = 60;
const IDLE_SECONDS = 5;

/** Commits to assets after `since`, in commit order: at least once, without gaps. `wait` holds an idle answer back. */
export async function listChanges(context: Context): Promise<Response> {
  const feed = feedOf(context);
  const since = readSeq(context.url.searchParams.get("since"), "since") ?? 0;
  if (/text\/event-stream/.test(context.request.headers.get("Accept") ?? "")) {
    const lastEvent = readSeq(context.request.headers.get("Last-Event-ID"), "Last-Event-ID");
    return stream(events(context, feed, lastEvent ?? since), "text/event-stream");
  }
  const wait = readSeq(context.url.searchParams.get("wait"), "wait") ?? 0;
  if (wait > LONGEST_WAIT_SECONDS) throw invalid(`wait cannot be more than ${LONGEST_WAIT_SECONDS} seconds`);
  const { changes, next } = await nextChanges(feed, since, wait);
  const body = `{"changes":[${changes.map((each) => shownChange(context, each)).join(",")}],"next":${next}}`;
  return json(body, changes.length === 0 ? { "Retry-After": String(IDLE_SECONDS) } : {});
}

/** Server-sent events (HTML §9.2); a client that reconnects says with Last-Event-ID where it was. */
async function* events(context: Context, feed: Feed, since: number) {
  let from = since;
  const end = Date.now() + STREAM_SECONDS * 1000;
  yield `retry: ${IDLE_SECONDS * 1000}\n\n`;
  while (Date.now() < end) {
    const { changes, next } = await nextChanges(feed, from, IDLE_SECONDS);
    for (const change of changes) {
      yield `id: ${change.seq}\nevent: change\ndata: ${shownChange(context, change)}\n\n`;
    }
    // A comment keeps the connection from being taken for dead.
    if (changes.length === 0) yield `: ${next}\n\n`;
    from = next;
  }
}

function feedOf(context: Context): Feed {
  const { grants } = principalOf(context);
  const asked = context.url.searchParams.get("namespace") ?? "";
  const scope = asked === "" ? null : parseNamespace(asked);
  if (asked !== "" && scope === null)
    throw invalid(`invalid namespace "${asked}": ${namespaceProblem(asked)}`);
  if (!allows(grants, { role: "view", namespace: scope, name: null })) {
    throw denied();
  }
  return {
    read: (seq, limit) => context.services.audit.changesAfter(seq, scope, limit),
    accepts: (change) => allows(grants, { role: "view", namespace: change.namespace, name: change.name }),
  };
}

function shownChange(context: Context, change: AssetRevision): string {
  const { namespace, name } = change;
  const mayWrite = allows(principalOf(context).grants, { role: "edit", namespace, name });
  const head = JSON.stringify({ namespace, name, ...shownRevision(change) });
  return `${head.slice(0, -1)},"definition":${shownDefinition(change.definition, mayWrite)}}`;
}
