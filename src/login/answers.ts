import * as z from "zod";
import { answerSchema } from "../lib/schema-ref.ts";

/** What a login gives. */
export const SessionTokens = answerSchema("Tokens", "The tokens of a session.", () =>
  z.strictObject({
    access_token: z.string().describe("For `Authorization: Bearer`; good for five minutes."),
    expires_at: z.int().describe("When the access token ends, in Unix seconds."),
    refresh_token: z.string().describe("For `POST /auth/token`, once; good for twelve hours."),
  }),
);
