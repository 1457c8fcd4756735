// The statements of D1KeyStore. In all that change keys ?1 is a name, ?2 the time of the commit and ?3 a JSON array of
// lists of grants, each as the JSON text that is stored; null stands for every list.
import { SEQ } from "./commit-log.ts";

/** Bytes of the lists of grants in one page of keys. */
const PAGE_BYTES = 1024 * 1024;

const REST = `created_by AS createdBy, created_at AS createdAt, expires_at AS expiresAt, revoked_at AS revokedAt,
  last_used AS lastUsed`;
const ROW = `digest, name, grants, ${REST}`;

/** The key of a digest, or nulls, with the state of the whole store: one statement, one snapshot. */
export const FIND = `SELECT meta.epoch, meta.seq AS g, api_keys.seq AS s, ${ROW}
  FROM meta LEFT JOIN api_keys ON digest = ?1`;

export const EXISTS = "SELECT 1 FROM api_keys WHERE digest = ?1";

const IN_ORDER = "ORDER BY key.name, key.created_at DESC, key.digest";

/** Keys after that of a digest (null: all); ?2 is one more than wanted. Keys that do not fit have no grants. */
export const PAGE = `WITH after AS (
    SELECT name, created_at, digest FROM api_keys WHERE digest = ?1 UNION ALL SELECT '', 0, '' WHERE ?1 IS NULL),
  page AS (
    SELECT * FROM (SELECT * FROM api_keys AS key WHERE name = (SELECT name FROM after)
      AND created_at <= (SELECT created_at FROM after)
      AND (created_at < (SELECT created_at FROM after) OR digest > (SELECT digest FROM after)) ${IN_ORDER} LIMIT ?2)
    UNION ALL
    SELECT * FROM (SELECT * FROM api_keys AS key WHERE name > (SELECT name FROM after) ${IN_ORDER} LIMIT ?2))
  SELECT digest, name, CASE WHEN position = 1 OR bytes <= ${PAGE_BYTES} THEN grants END AS grants, ${REST}
  FROM (SELECT *, ROW_NUMBER() OVER keys AS position, SUM(octet_length(grants)) OVER keys AS bytes FROM page AS key
    WINDOW keys AS (${IN_ORDER} ROWS UNBOUNDED PRECEDING))
  ORDER BY position LIMIT ?2`;

export const NAMED = `SELECT ${ROW} FROM api_keys WHERE name = ?1 ORDER BY created_at DESC, digest LIMIT ?2`;

/** One row a list, however many keys have it: each step looks for the next list in the index. */
export const GRANT_LISTS = `WITH RECURSIVE lists (grants) AS (
    SELECT MIN(grants) FROM api_keys WHERE name = ?1
    UNION ALL
    SELECT (SELECT MIN(api_keys.grants) FROM api_keys WHERE name = ?1 AND api_keys.grants > lists.grants)
    FROM lists WHERE lists.grants IS NOT NULL)
  SELECT grants FROM lists WHERE grants IS NOT NULL`;

/** The live keys of the name. Two lookups in the index of unrevoked keys: with an OR, SQLite reads the expired ones, too. */
const UNREVOKED = "SELECT digest FROM api_keys WHERE name = ?1 AND revoked_at IS NULL";
const LIVE = `digest IN (${UNREVOKED} AND expires_at IS NULL UNION ALL ${UNREVOKED} AND expires_at > ?2)`;
const AMONG = "(?3 IS NULL OR grants IN (SELECT value FROM json_each(?3)))";

export const LIVE_GRANT_LISTS = `SELECT DISTINCT grants FROM api_keys WHERE ${LIVE}`;

/** A key, unless its name is taken: by a live key, by keys with other grants, or (unless ?8) by who has written under it. */
export const CREATE = `INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at, expires_at)
  SELECT ?4, ?1, ${SEQ} + 1, ?5, ?6, ?2, ?7
  WHERE NOT EXISTS (SELECT 1 FROM api_keys WHERE ${LIVE})
    AND NOT EXISTS (${GRANT_LISTS} AND NOT ${AMONG})
    AND (?8 OR EXISTS (SELECT 1 FROM api_keys WHERE name = ?1)
      OR NOT EXISTS (SELECT 1 FROM revisions WHERE principal = ?1))
  RETURNING ${ROW}`;

/** A key with the grants and the expiry of the live one: of several, that which lives longest. */
export const ROTATE = `INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at, expires_at)
  SELECT ?4, ?1, ${SEQ} + 1, grants, ?5, ?2, expires_at FROM api_keys WHERE ${LIVE} AND ${AMONG}
  ORDER BY expires_at IS NULL DESC, expires_at DESC LIMIT 1
  RETURNING ${ROW}`;

/** Ends every live key of the name but the one just made (?4) at ?5. Each is a separate commit, after that one's. */
export const EXPIRE_OTHERS = `UPDATE api_keys
  SET seq = ${SEQ} + 1 + old.position, expires_at = MIN(COALESCE(expires_at, ?5), ?5)
  FROM (SELECT digest, ROW_NUMBER() OVER (ORDER BY digest) AS position FROM api_keys
    WHERE ${LIVE} AND ${AMONG} AND digest <> ?4) AS old
  WHERE api_keys.digest = old.digest`;

/** Revokes every live key of the name. Each is a separate commit. */
export const REVOKE = `UPDATE api_keys SET seq = ${SEQ} + live.position, revoked_at = ?2
  FROM (SELECT digest, ROW_NUMBER() OVER (ORDER BY digest) AS position FROM api_keys
    WHERE ${LIVE} AND ${AMONG}) AS live
  WHERE api_keys.digest = live.digest RETURNING api_keys.digest`;

/** A revision for each key that the statements before it changed; ?1 is the digest of the one that is new. */
export const REVISIONS = `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at, reason)
  SELECT seq, 'key', '', digest,
    CASE WHEN digest = ?1 THEN 'create' WHEN revoked_at IS NULL THEN 'update' ELSE 'delete' END, ?2, ?3, ?4
  FROM api_keys WHERE seq > ${SEQ}`;

/** Takes the seqs that the changed keys have been given. */
export const ADVANCE = `UPDATE meta SET seq = (SELECT MAX(api_keys.seq) FROM api_keys)
  WHERE seq < (SELECT MAX(api_keys.seq) FROM api_keys)`;

export const TOUCH =
  "UPDATE api_keys SET last_used = ?2 WHERE digest = ?1 AND (last_used IS NULL OR last_used < ?2)";
