// The first API key: made in the database itself, since nobody can be asked for one yet.
import { randomBytes } from "node:crypto";
import { apiKeyDigest, makeApiKey } from "../../src/auth/api-keys.ts";
import type { Account } from "./account.ts";
import { query } from "./d1.ts";

const GRANT = "admin@*";
/** What made the key, in `created_by` and in the audit. */
const PRINCIPAL = "deploy";

const live = (now: number) => `revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})`;
const isAdmin = `EXISTS (SELECT 1 FROM json_each(grants) WHERE value = '${GRANT}')`;

/** The names of the keys that may do everything and are good now. */
export async function adminKeys(account: Account, database: string, now: number): Promise<string[]> {
  const sql = `SELECT DISTINCT name FROM api_keys WHERE ${live(now)} AND ${isAdmin} ORDER BY name`;
  const [rows = []] = await query<{ name: string }>(account, database, sql);
  return rows.map(({ name }) => name);
}

/**
 * The statements by which `D1KeyStore.create` stores a key: the row takes the next seq, the seq advances, and the
 * revision tells caches of it. No value comes from outside, so they stand in the text.
 */
export function insertKey(digest: string, name: string, now: number): string {
  return `INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at, expires_at)
  SELECT '${digest}', '${name}', (SELECT seq + 1 FROM meta), '["${GRANT}"]', '${PRINCIPAL}', ${now}, NULL
  WHERE NOT EXISTS (SELECT 1 FROM api_keys WHERE name = '${name}' AND ${live(now)}) RETURNING seq;
UPDATE meta SET seq = seq + 1;
INSERT INTO revisions (seq, kind, namespace, name, action, principal, at, reason)
  SELECT (SELECT seq FROM meta), 'key', '', '${digest}', 'create', '${PRINCIPAL}', ${now}, 'made by npm run deploy'
  WHERE EXISTS (SELECT 1 FROM api_keys WHERE digest = '${digest}' AND seq = (SELECT seq FROM meta));`;
}

/** Makes a key that may do everything. Null when a live key of the name holds less. */
export async function createAdminKey(
  account: Account,
  database: string,
  name: string,
  now: number,
): Promise<string | null> {
  const key = makeApiKey(randomBytes(32));
  const digest = await apiKeyDigest(key);
  try {
    const [rows = []] = await query(account, database, insertKey(digest, name, now));
    return rows.length === 1 ? key : null;
  } catch (error) {
    // The answer may be lost and the key be stored: then it is this one, and there is no second chance to show it.
    const stored = await query(account, database, `SELECT 1 FROM api_keys WHERE digest = '${digest}'`).catch(
      () => null,
    );
    if (stored?.[0]?.length === 1) return key;
    throw error;
  }
}
