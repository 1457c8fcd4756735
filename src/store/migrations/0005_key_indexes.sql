-- Pages of keys, by name and the newest first within a name.
CREATE INDEX api_keys_by_age ON api_keys (name, created_at DESC, digest);

-- The lists of grants that a name has ever had, from which it follows who may manage it.
CREATE INDEX api_keys_by_grants ON api_keys (name, grants);

-- The keys of a name that can still be live: the others, of which rotations leave more and more, are not looked at.
CREATE INDEX api_keys_unrevoked ON api_keys (name, expires_at) WHERE revoked_at IS NULL;

-- The keys that a commit changed.
CREATE INDEX api_keys_by_seq ON api_keys (seq);
