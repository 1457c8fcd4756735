import { empty, invalid, json, jsonBody, list, notFound, refusal, shared } from "../answers.ts";
import type { Descriptions } from "../describe.ts";
import { parameters } from "../parameters.ts";
import { Key, MintedKey, NewKey, Refresh, Rotation, Tokens } from "../schemas/access.ts";

const CI = {
  name: "ci",
  grants: ["edit@default"],
  created_by: "admin",
  created_at: 1_769_860_800,
  expires_at: null,
  last_used: "2026-01-31",
  status: "live",
};
const SECRET = `sak_${"0123456789abcdefABCDEF".padEnd(49, "0")}`;
const MINTED = { key: SECRET, ...CI, last_used: null };
const NO_KEY = notFound("There is no key of this name, or it grants what the caller does not hold.");

const TOKENS = json("The tokens of the session.", Tokens, {
  access_token: "eyJhbGciOi...",
  expires_at: 1_769_861_100,
  refresh_token: "eyJhbGciOi...",
});
const WRONG_LOGIN = refusal(
  "There is no Basic credential, or it does not hold; the message does not say why.",
  5,
  ["Request unauthorized", "Unauthorized"],
  { headers: ["WWW-Authenticate"] },
);
const REFRESH = jsonBody("The refresh token.", Refresh, {
  refresh: { summary: "That of the login before", value: { refresh_token: "eyJhbGciOi..." } },
});
const BASIC = [{ basic: [] }];
const BEARER = [{ bearer: [] }];
const SESSION = "The access token is sent as a bearer, expired or not; it says whose session it is.";

export const KEY_OPERATIONS: Descriptions = {
  "GET /api/edge/v1/keys": {
    id: "listKeys",
    tag: "Keys",
    text: "The keys whose grants the caller holds, in byte order of their names; the newest first within a name. A page holds at most 500; `Sensu-Continue` says how to go on. A page may be short, or empty, and still not be the last.",
    parameters: parameters("limit", "continueAfterKey"),
    answers: {
      200: list("A page of keys.", Key, [CI], { headers: ["Sensu-Continue?"] }),
      400: invalid(
        "invalid continue token: send the Sensu-Continue header of the page before, unchanged",
        'unknown parameter "limits"; did you mean limit?',
      ),
      503: shared("Unavailable"),
    },
  },
  "POST /api/edge/v1/keys": {
    id: "createKey",
    tag: "Keys",
    text: "Makes a key and shows its secret, this once. It may grant no more than the caller holds. A name is free when no live key has it, the caller might have made every key that ever had it, those keys and the new one have at most 20 different lists of grants, and nobody has written under it with a token. Only the first binds a caller with `admin@*`; the last does not bind a caller of that name.",
    parameters: parameters("reason", "reasonHeader"),
    body: jsonBody("Its name and what it grants.", NewKey, {
      forever: { summary: "Until it is revoked", value: { name: "ci", grants: ["edit@default"] } },
      expiring: {
        summary: "For some assets, until 2100",
        value: { name: "agent-7", grants: ["view@default/sensu/*"], expires_at: 4_102_444_800 },
      },
    }),
    answers: {
      201: json("The key with its secret.", MintedKey, MINTED, { headers: ["Location"] }),
      400: invalid(
        '"everything" is not a grant: use view, edit or admin, @, and a namespace or *, as in view@default',
        "expires_at lies in the past",
      ),
      409: refusal(
        "The name is taken, by a key that the caller may see or not, or by a principal; or its keys have had 20 lists of grants.",
        3,
        [
          "the name ci is taken; choose another",
          "the key ci is live; rotate or revoke it",
          "keys named ci have had 20 different lists of grants, which is the limit; choose another name",
        ],
      ),
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
  "GET /api/edge/v1/keys/:key": {
    id: "getKey",
    tag: "Keys",
    text: "The newest 100 keys of a name, the newest first: one, or several while a rotation is under way or after a revocation.",
    answers: {
      200: list("The keys of the name.", Key, [CI]),
      400: invalid(
        "invalid URL escape in the path at key",
        'unknown parameter "limit"; this route has no parameters',
      ),
      404: NO_KEY,
      503: shared("Unavailable"),
    },
  },
  "DELETE /api/edge/v1/keys/:key": {
    id: "revokeKey",
    tag: "Keys",
    text: "Revokes every live key of a name that the caller might have made. Copies of them elsewhere stop working within three minutes.",
    parameters: parameters("reason", "reasonHeader"),
    answers: {
      204: empty("Revoked."),
      400: invalid("a reason cannot be longer than 500 characters"),
      404: notFound("There is no live key of this name, or it grants what the caller does not hold."),
      503: shared("Unavailable"),
    },
  },
  "POST /api/edge/v1/keys/:key/rotate": {
    id: "rotateKey",
    tag: "Keys",
    text: "A new secret under the same name, with the same grants and expiry; the old one is good for a day, or as long as `overlap` says, and never longer than it was. 404 when no key of the name is live.",
    parameters: parameters("reason", "reasonHeader"),
    body: jsonBody(
      "For how long the old secret is still good; may be left out.",
      Rotation,
      {
        day: { summary: "Both work for a day", value: { overlap: 86_400 } },
        now: { summary: "The old one ends now", value: { overlap: 0 } },
      },
      false,
    ),
    answers: {
      201: json("The key with its new secret.", MintedKey, MINTED),
      400: invalid("an overlap is 0 to 2592000 seconds"),
      404: NO_KEY,
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
};

export const LOGIN_OPERATIONS: Descriptions = {
  "GET /auth": {
    id: "login",
    tag: "Login",
    text: "Opens a session: Basic with a key's name and the key.",
    security: BASIC,
    answers: {
      200: TOKENS,
      401: WRONG_LOGIN,
      429: shared("TooManyRequests"),
      503: shared("Unavailable"),
    },
  },
  "GET /auth/test": {
    id: "testLogin",
    tag: "Login",
    text: "Whether a name and key hold; opens nothing.",
    security: BASIC,
    answers: {
      200: empty("They hold."),
      401: WRONG_LOGIN,
      429: shared("TooManyRequests"),
      503: shared("Unavailable"),
    },
  },
  "POST /auth/token": {
    id: "refreshLogin",
    tag: "Login",
    text: `New tokens for a session. ${SESSION} A refresh token is good once: its reuse ends the session. After a 503 the same one is still good.`,
    security: BEARER,
    body: REFRESH,
    answers: {
      200: TOKENS,
      400: invalid("invalid access token"),
      401: refusal(
        "One of the tokens does not hold, they are of different sessions, or the key was revoked.",
        5,
        ["Request unauthorized", "Unauthorized"],
        { headers: ["WWW-Authenticate"] },
      ),
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
  "POST /auth/logout": {
    id: "logout",
    tag: "Login",
    text: `Ends a session. ${SESSION} It lives out its few minutes.`,
    security: BEARER,
    body: REFRESH,
    answers: {
      200: empty("Ended."),
      400: invalid("invalid access token"),
      401: refusal("One of the tokens does not hold.", 5, ["Request unauthorized"], {
        headers: ["WWW-Authenticate"],
      }),
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
};
