import { invalid } from "../../errors.ts";
import { decodeBase64url, encodeBase64url } from "../../lib/base64url.ts";

/** Where a follower is: it has been shown every commit up to `seq` of this epoch. */
export interface Cursor {
  readonly epoch: string;
  readonly seq: number;
  /**
   * Set while a follower reads from the start: the newest commit when it began. Up to there it has no copy that a
   * commit deleted by retention could leave wrong.
   */
  readonly startedAt: number | null;
}

/** What a follower asks to go on from: its cursor, the start of what is kept (null), or the newest commit. */
export type From = Cursor | null | "now";

const CURSOR = /^(?<epoch>[\w-]{1,64})\.(?<seq>\d{1,16})(?:\.(?<startedAt>\d{1,16}))?$/;
/** Longer than any cursor. */
const MAX_LENGTH = 200;
/** Releases without epochs handed out the bare seq. */
const BARE_SEQ = /^\d{1,16}$/;

/** The cursor at a commit; past the commit that was the newest at its start, a reading from the start is a following. */
export function cursorAt(epoch: string, seq: number, startedAt: number | null): Cursor {
  return { epoch, seq, startedAt: startedAt !== null && seq < startedAt ? startedAt : null };
}

/** The cursor as clients send it back. */
export function printCursor({ epoch, seq, startedAt }: Cursor): string {
  const text = startedAt === null ? `${epoch}.${seq}` : `${epoch}.${seq}.${startedAt}`;
  return encodeBase64url(text);
}

/** Reads a cursor, nothing or `0` for the start, or `now`; `what` names the parameter in the error for anything else. */
export function readFrom(text: string | null, what: string): From {
  if (text === null || text === "" || text === "0") return null;
  if (text === "now") return "now";
  if (BARE_SEQ.test(text)) return cursorAt("", Number(text), null);
  const decoded = text.length > MAX_LENGTH ? null : decodeBase64url(text);
  const { epoch, seq, startedAt } = CURSOR.exec(decoded ?? "")?.groups ?? {};
  if (epoch === undefined || seq === undefined) {
    throw invalid(
      `invalid ${what} "${text.slice(0, 200)}": send the cursor you were given, 0 for the start, or now`,
    );
  }
  return cursorAt(epoch, Number(seq), startedAt === undefined ? null : Number(startedAt));
}
