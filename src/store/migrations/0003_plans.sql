-- What a plan would change, kept for an hour so that it can be applied by its id. A row holds 2 MB at the most, so the
-- text is cut into parts.
CREATE TABLE plans (
  id TEXT NOT NULL,
  part INTEGER NOT NULL,
  namespace TEXT NOT NULL,
  body TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (id, part)
) STRICT, WITHOUT ROWID;

CREATE INDEX plans_by_expiry ON plans (expires_at);
