/**
 * A new epoch names a new space of keys in KV and memory, so every copy of the time that was undone is out of reach at
 * once. The seq jumps so that no commit of the new time takes a number of the old one.
 */
export const NEW_EPOCH =
  "UPDATE meta SET epoch = lower(hex(randomblob(8))), seq = seq + 1000000 RETURNING epoch, seq";
