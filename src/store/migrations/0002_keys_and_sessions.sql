-- A key is stored as the SHA-256 of its secret. Rotation leaves the old row beside the new one until it expires.
CREATE TABLE api_keys (
  digest TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  seq INTEGER NOT NULL,
  grants TEXT NOT NULL CHECK (json_valid(grants)),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX api_keys_by_name ON api_keys (name);

-- One row a login: the id of the only refresh token that is still good. Reuse of an older one ends the session.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  refresh_id TEXT NOT NULL,
  key_digest TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);
