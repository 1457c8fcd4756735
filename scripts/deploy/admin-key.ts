// The first API key: made in the database itself, since nobody can be asked for one yet.
import { apiKeyDigest } from "../../src/auth/api-keys.ts";
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

/**
 * Stores a key that may do everything; false when a live key has the name. An error with status 0 or 5xx leaves it open
 * whether it is stored.
 */
export async function storeAdminKey(
  account: Account,
  database: string,
  { key, name, now }: { readonly key: string; readonly name: string; readonly now: number },
): Promise<boolean> {
  const digest = await apiKeyDigest(key);
  try {
    const [rows = []] = await query(account, database, insertKey(digest, name, now));
    return rows.length === 1;
  } catch (error) {
    const look = `SELECT 1 FROM api_keys WHERE digest = '${digest}'`;
    const [rows = []] = await query(account, database, look).catch(() => []);
    if (rows.length === 1) return true;
    throw error;
  }
}
