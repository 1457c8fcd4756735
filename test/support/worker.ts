import { env, exports } from "cloudflare:workers";
import { createScheduledController } from "cloudflare:test";
import { signAccessToken } from "../../src/auth/access-tokens.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import worker from "../../src/index.ts";
import { refuseUndescribed } from "./described.ts";
import { emptyDatabase } from "./empty-database.ts";

export const ORIGIN = "http://127.0.0.1:8080";
export const ASSETS = "/api/core/v2/namespaces/default/assets";

let addresses = 0;

export interface Sent {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/**
 * The one way tests make a request. A body that is no string or bytes is sent as JSON. No token, no credential. Fails
 * when the OpenAPI document does not describe the answer.
 */
export async function api(
  method: string,
  path: string,
  { token, body, headers }: Sent = {},
): Promise<Response> {
  // A client of its own each time: failed credentials are counted by address, and storage lives as long as a file.
  const sent = new Headers({ "CF-Connecting-IP": `192.0.2.${(addresses += 1)}`, ...headers });
  if (token !== undefined && token !== null) sent.set("Authorization", `Bearer ${token}`);
  const raw = body === undefined || typeof body === "string" || body instanceof Uint8Array;
  const init = { method, headers: sent, body: raw ? body : JSON.stringify(body), redirect: "manual" };
  const response = await exports.default.fetch(new Request(`${ORIGIN}${path}`, init as RequestInit));
  await refuseUndescribed(method, path, response);
  return response;
}

export interface TokenOptions {
  readonly name?: string;
  /** Seconds from now; negative for a token that has expired. */
  readonly ttl?: number;
  readonly secret?: string;
}

/** An access token as `npm run token` makes it, for these grants. */
export async function tokenFor(grants: readonly string[], options: TokenOptions = {}): Promise<string> {
  const [signer] = await readSigningKeys(options.secret ?? env.TOKEN_SECRET);
  if (signer === undefined) throw new Error("no secret");
  const now = Math.floor(Date.now() / 1000);
  return signAccessToken(
    {
      issuer: ORIGIN,
      subject: options.name ?? "tester",
      grants,
      issuedAt: now,
      expiresAt: now + (options.ttl ?? 3_600),
      tokenId: crypto.randomUUID(),
    },
    signer,
  );
}

/**
 * Empties D1 and KV; to be called before each test. The isolate lives on, so its cron runs once: the journal of the
 * emptied database, which is of another epoch, makes it forget what it has in memory. (`reset()` would tear down stores
 * into which the last test's background work still writes.)
 */
export async function freshStorage(): Promise<void> {
  await emptyDatabase(env.DB, env.MIGRATIONS);
  const { keys } = await env.CACHE.list();
  await Promise.all(keys.map(({ name }) => env.CACHE.delete(name)));
  await worker.scheduled(createScheduledController(), env);
}

/** Creates a namespace under the store, for tests of what lives in it. */
export async function aNamespace(name: string): Promise<void> {
  await env.DB.prepare("INSERT OR IGNORE INTO namespaces VALUES (?1, 0, 'tester', 0)").bind(name).run();
}

/** Every row of assets, revisions and meta that a refused request must leave untouched. */
export async function storedRows(): Promise<string> {
  const { results } = await env.DB.prepare(
    "SELECT namespace, name, etag FROM assets UNION ALL SELECT namespace, name, 'revision' FROM revisions ORDER BY 1, 2, 3",
  ).all();
  return JSON.stringify(results);
}
