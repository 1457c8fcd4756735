-- The whole store in one clock: meta.seq is advanced by every commit and never goes back within an epoch.
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL
) STRICT;

INSERT INTO meta (id, epoch, seq) VALUES (1, lower(hex(randomblob(8))), 0);

-- seq: the last commit to the namespace or to anything in it. Lists are cached under it.
CREATE TABLE namespaces (
  name TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO namespaces (name, seq, created_by, created_at) VALUES ('default', 0, '', unixepoch() * 1000);

-- definition: the exact bytes of a GET. expressions: the same asset for clients that cannot decode map filters,
-- present only where it differs. deleted: the tombstone of the commit, swept when every cache has seen it.
CREATE TABLE assets (
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  seq INTEGER NOT NULL,
  created_seq INTEGER NOT NULL,
  etag TEXT NOT NULL,
  definition TEXT NOT NULL,
  expressions_etag TEXT,
  expressions TEXT,
  created_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (namespace, name)
) STRICT, WITHOUT ROWID;

-- The sweep of old tombstones looks at nothing else.
CREATE INDEX assets_by_deletion ON assets (updated_at) WHERE deleted = 1;

-- Sensu orders the cluster-wide list by the one string <namespace>/<name>, so pg-x/... comes before pg/...
CREATE INDEX assets_by_key ON assets (namespace || '/' || name);

-- Append-only, one row a commit: the history of assets and the audit of everything else. definition is what the
-- asset was after this commit, NULL after a delete. namespace is empty for keys and namespaces, which lie in none.
CREATE TABLE revisions (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('asset', 'namespace', 'key')),
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('create', 'update', 'delete')),
  etag TEXT,
  definition TEXT,
  principal TEXT NOT NULL,
  at INTEGER NOT NULL,
  reason TEXT
) STRICT;

CREATE INDEX revisions_by_name ON revisions (kind, namespace, name, seq);
