import * as z from "zod";

/** What a login gives. */
export const SessionTokens = z
  .strictObject({
    access_token: z.string().describe("For `Authorization: Bearer`; good for five minutes."),
    expires_at: z.int().describe("When the access token ends, in Unix seconds."),
    refresh_token: z.string().describe("For `POST /auth/token`, once; good for twelve hours."),
  })
  .meta({ id: "Tokens", description: "The tokens of a session." });
