import { ApiError } from "../../errors.ts";
import { utf8Bytes } from "../../lib/text-bytes.ts";
import { STORED_BYTES } from "../asset-store.ts";

/** Refuses a text that is near what D1 takes, with 413: D1's own refusal would read as an outage. */
export function refuseLargeParameters(values: readonly unknown[]): void {
  for (const value of values) {
    // A unit of a string is three bytes at most.
    if (typeof value !== "string" || value.length * 3 <= STORED_BYTES) continue;
    const bytes = utf8Bytes(value);
    if (bytes <= STORED_BYTES) continue;
    throw new ApiError(
      "tooLarge",
      `the request is too large: it has the database take a value of ${bytes} bytes, and the limit is ${STORED_BYTES}`,
    );
  }
}
