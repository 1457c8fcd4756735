import type { CursorSeal } from "../auth/cursor-seal.ts";
import { invalid, type ApiError } from "../errors.ts";
import { decodeBase64url, encodeBase64url } from "../lib/base64url.ts";
import { readParameter, wholeNumber } from "./parameters.ts";

/** The most assets in one page; `Sensu-Continue` leads to the rest. */
export const PAGE_LIMIT = 10_000;

/** Where a page starts: after `key`, or at it (a token without Sensu's NUL includes its name). */
export interface PageStart {
  readonly key: string;
  readonly inclusive: boolean;
}

export interface PageQuery {
  readonly limit: number;
  readonly start: PageStart | null;
}

/** Five parts of base64url, the second empty (RFC 7516 §3.1); Sensu's own tokens hold no dot. */
const SEALED = /^[\w-]{1,200}\.\.[\w-]{16}\.[\w-]{1,700}\.[\w-]{22}$/;

/** Longer than any token that is not sealed. */
const MAX_TOKEN_LENGTH = 700;

const LIMIT = /^\+?\d{1,19}$/;

/** The parameters of a page as they were sent; an empty one is absent (contract §3.1). */
export interface PageParameters {
  readonly limit?: string | undefined;
  readonly continue?: string | undefined;
}

/** Reads `limit` and `continue`. */
export function readPage({ limit = "", continue: token = "" }: PageParameters): PageQuery {
  return { limit: readLimit(limit), start: readContinue(token) };
}

/** The same where pages may end with a sealed token. */
export async function readSealedPage(page: PageParameters, seal: CursorSeal): Promise<PageQuery> {
  const { limit = "", continue: token = "" } = page;
  if (!SEALED.test(token)) return readPage(page);
  const key = await seal.open(token);
  if (key === null) throw badContinueToken();
  return { limit: readLimit(limit), start: { key, inclusive: false } };
}

/** The seq that a page of commits starts before; null at the newest. */
export function seqOfToken(start: PageStart | null): number | null {
  return start === null ? null : readParameter(wholeNumber(), "continue token", start.key);
}

/** The token for the page after `key`: unpadded base64url of the key and a NUL (contract §3.2). */
export function continueToken(key: string): string {
  return encodeBase64url(`${key}\0`);
}

/** The header that says where the next page starts; none after the last. */
export function continueHeader(key: string | number | null | undefined): Record<string, string> {
  return key === null || key === undefined ? {} : { "Sensu-Continue": continueToken(String(key)) };
}

/** The answer to a `continue` that no page has handed out. */
export function badContinueToken(): ApiError {
  return invalid("invalid continue token: send the Sensu-Continue header of the page before, unchanged");
}

function readLimit(text: string): number {
  if (text === "") return PAGE_LIMIT;
  if (!LIMIT.test(text)) throw invalid(`invalid limit "${text}": use a whole number, 0 for no limit`);
  const limit = Number(text);
  return limit === 0 ? PAGE_LIMIT : Math.min(limit, PAGE_LIMIT);
}

function readContinue(token: string): PageStart | null {
  if (token === "") return null;
  const decoded = token.length > MAX_TOKEN_LENGTH ? null : decodeBase64url(token);
  if (decoded === null) throw badContinueToken();
  const inclusive = !decoded.endsWith("\0");
  const key = inclusive ? decoded : decoded.slice(0, -1);
  if (!/^[\w/.\-:]+$/.test(key)) throw badContinueToken();
  return { key, inclusive };
}
