import * as z from "zod/mini";
import { commitOf, principalOf, type Context } from "../context.ts";
import { invalid } from "../errors.ts";
import { parseBody, readBody } from "../http/body.ts";
import { empty, json } from "../http/respond.ts";
import { isLive, type KeyRecord } from "../store/key-store.ts";
import type { MintedKey } from "./service.ts";

/** What makes a key. `expires_at` is Unix seconds; absent or null: never. */
export const NewKeyBody = z.object({
  name: z.string(),
  grants: z.array(z.string()),
  expires_at: z.optional(z.nullable(z.int())),
});

/** How long, in seconds, the old secret is good beside the new one. */
export const RotationBody = z.object({ overlap: z.optional(z.int().check(z.gte(0), z.lte(30 * 86_400))) });

const DEFAULT_OVERLAP = 86_400;

export async function createKey(context: Context): Promise<Response> {
  const body = NewKeyBody.safeParse(parseBody(await readBody(context.request)));
  if (!body.success)
    throw invalid(shape('{"name":"ci","grants":["edit@default"],"expires_at":1893456000}', body.error));
  const { name, grants, expires_at: expiry = null } = body.data;
  const wanted = { name, grants, expiresAt: expiry === null ? null : expiry * 1000 };
  const minted = await context.services.keys.create(principalOf(context), wanted, commitOf(context));
  return json(secretOnce(minted, context.now), { Location: `/api/edge/v1/keys/${name}` }, 201);
}

export async function listKeys(context: Context): Promise<Response> {
  const records = await context.services.keys.list(principalOf(context));
  return json(JSON.stringify(records.map((record) => shown(record, context.now))));
}

/** The keys of a name, the newest first: one, or several while a rotation is under way or after a revocation. */
export async function getKey(context: Context): Promise<Response> {
  const records = await context.services.keys.named(principalOf(context), nameOf(context));
  return json(JSON.stringify(records.map((record) => shown(record, context.now))));
}

export async function rotateKey(context: Context): Promise<Response> {
  const bytes = await readBody(context.request);
  const body = RotationBody.safeParse(bytes.byteLength === 0 ? {} : parseBody(bytes));
  if (!body.success) throw invalid(shape('{"overlap":86400}, in seconds, 30 days at the most', body.error));
  const overlap = (body.data.overlap ?? DEFAULT_OVERLAP) * 1000;
  const principal = principalOf(context);
  const minted = await context.services.keys.rotate(principal, nameOf(context), overlap, commitOf(context));
  return json(secretOnce(minted, context.now), {}, 201);
}

export async function revokeKey(context: Context): Promise<Response> {
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

function shape(example: string, { issues }: { issues: readonly { path: readonly PropertyKey[] }[] }): string {
  const at = issues[0]?.path.join(".") ?? "";
  return `${at === "" ? "the body" : at} is not as in ${example}`;
}

function nameOf({ params }: Context): string {
  return params["key"] ?? "";
}
