import * as z from "zod";
import { answerSchema } from "../lib/schema-ref.ts";

/** The one shape of every answer that is not a success. */
export const ErrorBody = answerSchema("Error", "Every answer that is not a success.", () =>
  z.strictObject({
    message: z.string().describe("What was wrong, for people. A 5xx says no more than its request id."),
    code: z
      .literal([0, 1, 2, 3, 4, 5, 7, 9])
      .describe(
        "Sensu's code: 0 internal, 1 invalid argument, 2 not found, 3 already exists, 4 permission denied, 5 unauthenticated, 7 precondition failed, 9 too many requests.",
      ),
  }),
);
