import { commitOf, principalOf, type Context } from "../context.ts";
import { invalid } from "../errors.ts";
import { parseBody, readBody } from "../http/body.ts";
import { goDecode, goInteger, goString, goStrings, goStruct } from "../go-json/decode.ts";
import { badContinueToken, continueHeader, readSealedPage } from "../http/pagination.ts";
import { readQuery, text } from "../http/query.ts";
import { empty, json } from "../http/respond.ts";
import { isLive, type KeyRecord } from "../store/key-store.ts";
import type { MintedKey } from "./service.ts";

/** What makes a key. `expires_at` is Unix seconds; absent or null: never. */
export const NewKey = goStruct("Key", "v1.Key", { name: goString, grants: goStrings, expires_at: goInteger });

/** How long, in seconds, the old secret is good beside the new one. */
export const Rotation = goStruct("Rotation", "v1.Rotation", { overlap: goInteger });

/** Keys in one page at the most. */
const PAGE = 500;

const LONGEST_OVERLAP = 30 * 86_400;
const DEFAULT_OVERLAP = 86_400;

export async function createKey(context: Context): Promise<Response> {
  readQuery(context.url.searchParams, { reason: text });
  const body = goDecode(NewKey, parseBody(await readBody(context.request)));
  const { name = "", grants = [], expires_at: expiry = null } = body;
  const wanted = { name, grants, expiresAt: expiry === null ? null : expiry * 1000 };
  const minted = await context.services.keys.create(principalOf(context), wanted, commitOf(context));
  return json(secretOnce(minted, context.now), { Location: `/api/edge/v1/keys/${name}` }, 201);
}

export async function listKeys(context: Context): Promise<Response> {
  const query = context.url.searchParams;
  readQuery(query, { limit: text, continue: text });
  const { keys, cursors } = context.services;
  const { limit, start } = await readSealedPage(query, cursors);
  const page = await keys.list(principalOf(context), start?.key ?? null, Math.min(limit, PAGE));
  if (page === null) throw badContinueToken();
  const shownKeys = page.records.map((record) => shown(record, context.now));
  const { next, isNextHidden } = page;
  const headers =
    next !== null && isNextHidden ? { "Sensu-Continue": await cursors.seal(next) } : continueHeader(next);
  return json(JSON.stringify(shownKeys), headers);
}

/** The keys of a name, the newest first: one, or several while a rotation is under way or after a revocation. */
export async function getKey(context: Context): Promise<Response> {
  readQuery(context.url.searchParams, {});
  const records = await context.services.keys.named(principalOf(context), nameOf(context));
  return json(JSON.stringify(records.map((record) => shown(record, context.now))));
}

export async function rotateKey(context: Context): Promise<Response> {
  readQuery(context.url.searchParams, { reason: text });
  const bytes = await readBody(context.request);
  const { overlap: seconds = DEFAULT_OVERLAP } =
    bytes.byteLength === 0 ? {} : goDecode(Rotation, parseBody(bytes));
  if (seconds < 0 || seconds > LONGEST_OVERLAP)
    throw invalid(`an overlap is 0 to ${LONGEST_OVERLAP} seconds`);
  const overlap = seconds * 1000;
  const principal = principalOf(context);
  const minted = await context.services.keys.rotate(principal, nameOf(context), overlap, commitOf(context));
  return json(secretOnce(minted, context.now), {}, 201);
}

export async function revokeKey(context: Context): Promise<Response> {
  readQuery(context.url.searchParams, { reason: text });
  await context.services.keys.revoke(principalOf(context), nameOf(context), commitOf(context));
  return empty(204);
}

function secretOnce({ key, record }: MintedKey, now: number): string {
  return JSON.stringify({ key, ...shown(record, now) });
}

/** A key without its secret or digest. Times are Unix seconds. */
function shown(record: KeyRecord, now: number) {
  return {
    name: record.name,
    grants: record.grants,
    created_by: record.createdBy,
    created_at: Math.floor(record.createdAt / 1000),
    expires_at: record.expiresAt === null ? null : Math.floor(record.expiresAt / 1000),
    last_used: record.lastUsed,
    status: record.revokedAt !== null ? "revoked" : isLive(record, now) ? "live" : "expired",
  };
}

function nameOf({ params }: Context): string {
  return params["key"] ?? "";
}
