import { ApiError, databaseUnavailable, unavailable } from "../errors.ts";
import { DatabaseError, DeadlineError } from "../store/deadlines.ts";

/** What D1 says of a failure after which a transaction may have been committed (D1's list of errors). */
const CONNECTION_LOST = /Network connection lost|object to be reset|DB reset/;

/**
 * Whether an error is an outage of the database, which copies may bridge and which is 503 otherwise: the one rule for
 * all of the app. Every other error has its status, such as 413, or is a bug, which is 500.
 */
export function isOutage(error: unknown): boolean {
  return error instanceof DatabaseError || (error instanceof ApiError && error.kind === "unavailable");
}

/**
 * What an error is answered with: an outage with 503 (I5, I6), with what the database said for the log alone. Any other
 * error is returned as it is.
 */
export function answerTo(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (error instanceof DeadlineError && error.call === "write") return outcomeUnknown(error);
  return databaseUnavailable(error);
}

/** The same for a commit: nothing has been written, unless the failure leaves that open. */
export function answerToCommit(error: unknown): unknown {
  const isOpen = error instanceof DatabaseError && CONNECTION_LOST.test(error.message);
  return isOpen ? outcomeUnknown(error) : answerTo(error);
}

function outcomeUnknown(cause: unknown): ApiError {
  const message =
    "the database's answer was lost or late, so the write may or may not have happened: " +
    "GET what you wrote, or send it again with If-Match";
  return unavailable(message, 5, cause);
}
