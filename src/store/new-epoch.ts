/**
 * Starts a new epoch: to be run once after D1 was restored to an earlier time, which takes `seq` back to numbers that
 * have been used. No copy of another epoch is ever admitted, and the leap puts every new seq above every old one (I9).
 */
export const NEW_EPOCH = "UPDATE meta SET epoch = lower(hex(randomblob(8))), seq = seq + 1000000";
