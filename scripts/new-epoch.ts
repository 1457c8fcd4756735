/**
 * Begins a new epoch. It names a new space of keys in KV and memory, so every copy of the time that was undone is out of
 * reach at once. Its commits have numbers that no epoch before has used, however often the database is restored to the
 * same minute: it counts on from the time, 100,000 a second, and no epoch commits that fast.
 */
export const NEW_EPOCH = `UPDATE meta SET epoch = lower(hex(randomblob(8))),
  seq = MAX(seq + 1, CAST(unixepoch('subsec') * 100000 AS INTEGER)) RETURNING epoch, seq`;
