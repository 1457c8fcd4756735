import { ApiError, databaseUnavailable, unavailable as unavailableFor } from "../errors.ts";
import { DeadlineError } from "../store/deadlines.ts";

/** What D1 and the way to it throw. */
const DATABASE_FAILURE = /^(?:D1_|Network connection lost)/;
/** Of these, what may be thrown after a transaction was committed (D1's list of errors). */
const CONNECTION_LOST = /Network connection lost|object to be reset|DB reset/;

/** Whether an error is the database's: one rule for all of the app. */
export function isDatabaseFailure(error: unknown): boolean {
  if (error instanceof DeadlineError) return true;
  return error instanceof Error && DATABASE_FAILURE.test(error.message);
}

/**
 * The answer when no store can say what was asked: 503, with what the database said for the log alone (I5, I6). A store's
 * own answer, such as 413 for a value that D1 does not take, stays what it is.
 */
export function unavailable(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  if (cause instanceof DeadlineError && cause.call === "write") return outcomeUnknown(cause);
  return databaseUnavailable(cause);
}

/** The answer to a write that failed: nothing has been written, unless the failure leaves that open. */
export function writeFailed(cause: unknown): ApiError {
  const lost = cause instanceof Error && !(cause instanceof ApiError) && CONNECTION_LOST.test(cause.message);
  return lost ? outcomeUnknown(cause) : unavailable(cause);
}

function outcomeUnknown(cause: unknown): ApiError {
  const message =
    "the database's answer was lost or late, so the write may or may not have happened: " +
    "GET what you wrote, or send it again with If-Match";
  return unavailableFor(message, 5, cause);
}
