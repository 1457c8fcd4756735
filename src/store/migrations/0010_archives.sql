-- One row an archive that definitions name: its digest in lower case, its URL, and the headers it is fetched with as JSON,
-- empty for none. due_at: when it is checked next, NULL for never. claim: who checks it now, until due_at. changed: the
-- version of archive_progress that changed it last. notice: what is yet to be said to those who follow its assets. verified_at: when this Worker last saw bytes of this digest there.
CREATE TABLE archives (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,
  url TEXT NOT NULL,
  headers TEXT NOT NULL,
  host TEXT NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  status INTEGER,
  size INTEGER,
  type TEXT,
  seen_digest TEXT,
  begins_as TEXT,
  etag TEXT,
  last_modified TEXT,
  checked_at INTEGER,
  checked_by TEXT,
  verified_at INTEGER,
  suspected_at INTEGER,
  tries INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER,
  claim TEXT,
  changed INTEGER NOT NULL,
  notice TEXT,
  unused_since INTEGER
) STRICT;

CREATE UNIQUE INDEX archives_by_source ON archives (digest, url, headers);
CREATE INDEX archives_by_host ON archives (host, due_at);
CREATE INDEX archives_of_host ON archives (host, id);
CREATE INDEX archives_by_state ON archives (state, id);
CREATE INDEX archives_by_url ON archives (url, id);
CREATE INDEX archives_by_change ON archives (changed);
CREATE INDEX archives_by_notice ON archives (notice) WHERE notice IS NOT NULL;
CREATE INDEX archives_by_claim ON archives (claim) WHERE claim IS NOT NULL;

-- Which builds of which assets name an archive. An asset without builds is its own build 0.
CREATE TABLE builds (
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  archive INTEGER NOT NULL,
  PRIMARY KEY (namespace, name, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX builds_by_archive ON builds (archive, namespace, name);

-- Hosts take turns, so that a slow one with many archives delays no other. turn_at: when the next archive of the host may
-- be checked. parked_until: the host has asked to be left alone until then.
CREATE TABLE archive_hosts (
  host TEXT PRIMARY KEY,
  turn_at INTEGER NOT NULL,
  parked_until INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX archive_hosts_by_turn ON archive_hosts (turn_at);

-- Copies of archives in the bucket. deleted_at: somebody deleted the copy, and none is made again.
CREATE TABLE archive_copies (
  digest TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  type TEXT NOT NULL,
  stored_at INTEGER,
  deleted_at INTEGER,
  deleted_by TEXT,
  reason TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX archive_copies_by_deletion ON archive_copies (deleted_at) WHERE deleted_at IS NOT NULL;

-- How a namespace uses copies. One without a row falls back to them.
CREATE TABLE mirrors (
  namespace TEXT PRIMARY KEY,
  mirror TEXT NOT NULL CHECK (mirror IN ('off', 'fallback', 'prefer')),
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX mirrors_by_change ON mirrors (changed);

-- walked: every commit up to here is in builds and archives. version: advanced by whatever changes a state or a copy.
-- swept, copies_swept: the archive and the copy that were last looked at for being unused. The copies: all their bytes, and
-- how many a day has seen.
CREATE TABLE archive_progress (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  walked INTEGER NOT NULL,
  version INTEGER NOT NULL,
  swept INTEGER NOT NULL,
  copies_swept TEXT NOT NULL,
  copied_bytes INTEGER NOT NULL,
  copy_day TEXT NOT NULL,
  copies_that_day INTEGER NOT NULL
) STRICT;

INSERT INTO archive_progress (id, walked, version, swept, copies_swept, copied_bytes, copy_day, copies_that_day)
VALUES (1, 0, 0, 0, '', 0, '', 0);
