-- How far retention has gone. walked: every commit up to here has been looked at. forgotten: the newest commit that was
-- deleted. A feed that goes on from before it would skip commits, and is refused.
CREATE TABLE retention (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  walked INTEGER NOT NULL,
  forgotten INTEGER NOT NULL
) STRICT;

-- An earlier release deleted the oldest commits without noting it.
INSERT INTO retention (id, walked, forgotten) SELECT 1, 0, COALESCE(MIN(seq) - 1, 0) FROM revisions;

-- The commits in a namespace and to it, in order: its feed and its audit.
CREATE INDEX revisions_by_scope ON revisions (CASE kind WHEN 'namespace' THEN name ELSE namespace END, seq);

-- The commits of a principal, in order: its audit.
CREATE INDEX revisions_by_principal ON revisions (principal, seq);
