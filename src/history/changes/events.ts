import type { Context } from "../../context.ts";
import { ApiError } from "../../errors.ts";
import { printCursor, readFrom, type From } from "./cursor.ts";
import type { Follower } from "./page.ts";
import { printChange } from "./print.ts";
import type { ChangePage, ChangeService } from "./service.ts";

/** A stream ends after this time, or after so many pages; its client reconnects and goes on from the last id. */
const STREAM_MS = 60_000;
const STREAM_PAGES = 100;
/** How long a stream is silent at most. */
const SILENCE_MS = 5_000;
const RECONNECT_MS = 5_000;

/** What a stream needs of its request. */
export type StreamContext = Pick<Context, "waitUntil" | "stillValid">;

/**
 * Server-sent events (HTML §9.2): `change` with the cursor after it as its id, and `reset` where the follower has to
 * list again. A stream ends with the credential that it was opened with.
 */
export async function* changeEvents(
  context: StreamContext,
  changes: ChangeService,
  follower: Follower,
  since: From,
  limit: number,
): AsyncGenerator<string, void, void> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  const end = changes.now() + STREAM_MS;
  let from = since;
  for (let pages = 0; pages < STREAM_PAGES && changes.now() < end; pages += 1) {
    let page: ChangePage;
    try {
      page = await nextPage(context, changes, follower, from, limit);
    } catch (error) {
      // Answers of 5xx break the connection; a client that was let in once too many comes back later.
      if (!(error instanceof ApiError) || error.kind === "unavailable") throw error;
      if (error.kind === "tooManyRequests" || error.kind === "unauthenticated") return;
      const { next } = error.members;
      yield resetEvent(error.message, next);
      if (next === undefined) return;
      from = readFrom(next, "cursor");
      continue;
    }
    if (!(await context.stillValid())) return;
    for (const change of page.changes) {
      yield `id: ${printCursor(change.cursor)}\nevent: change\ndata: ${printChange(change)}\n\n`;
    }
    // An id without data moves the client on; the comment keeps the connection from being taken for dead.
    yield `: ${page.caughtUp ? "caught up" : "more follows"}\nid: ${printCursor(page.next)}\n\n`;
    from = page.next;
  }
}

function nextPage(
  context: StreamContext,
  changes: ChangeService,
  follower: Follower,
  from: From,
  limit: number,
): Promise<ChangePage> {
  const { waitUntil, stillValid } = context;
  return changes.next(follower, from, limit, {
    wait: SILENCE_MS,
    waitUntil,
    stillValid,
  });
}

function resetEvent(message: string, next: string | undefined): string {
  const id = next === undefined ? "" : `id: ${next}\n`;
  return `${id}event: reset\ndata: ${JSON.stringify({ message, next: next ?? null })}\n\n`;
}
