import { ApiError } from "../errors.ts";

/** No store can tell, or take, what was asked: 503, with what the database said for the log alone (I5, I6). */
export function unavailable(cause: unknown): ApiError {
  return new ApiError("unavailable", "the database does not answer; try again", {
    cause,
    headers: { "Retry-After": "5" },
  });
}
