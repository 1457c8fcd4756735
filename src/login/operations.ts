import { unauthenticated } from "../auth/authenticate.ts";
import { authorizationOf } from "../auth/authorization.ts";
import { invalid } from "../errors.ts";
import { described, goString, goStruct, named } from "../go-json/decode.ts";
import * as answers from "../http/answers.ts";
import { operation } from "../http/operation.ts";
import { lenientQuery } from "../http/query.ts";
import { goBody } from "../http/request-body.ts";
import { empty, json } from "../http/respond.ts";
import { SessionTokens } from "./answers.ts";
import { readBasic, type BasicCredential } from "./basic.ts";
import { SEND_KEY, type LoginService, type Tokens } from "./service.ts";

interface Uses {
  readonly login: LoginService;
}

/** What continues or ends a session. */
export const Refresh = named(
  "Refresh",
  goStruct("Tokens", "v2.Tokens", {
    refresh_token: described(goString, { description: "The last refresh token of the session." }),
  }),
  { description: "The refresh token of a session.", required: ["refresh_token"] },
);

const NO_PARAMETERS = lenientQuery(() => ({}));
const TOKENS = answers.json("The tokens of the session.", SessionTokens, {
  access_token: "eyJhbGciOi...",
  expires_at: 1_769_861_100,
  refresh_token: "eyJhbGciOi...",
});
const WRONG_LOGIN = answers.refusal(
  "There is no Basic credential, or it does not hold; the message does not say why.",
  5,
  ["Request unauthorized", "Unauthorized"],
  { headers: ["WWW-Authenticate"] },
);
const REFRESH = goBody(Refresh, {
  description: "The refresh token.",
  examples: {
    refresh: { summary: "That of the login before", value: { refresh_token: "eyJhbGciOi..." } },
  },
});
const BASIC = [{ basic: [] }];
const BEARER = [{ bearer: [] }];
const SESSION = "The access token is sent as a bearer, expired or not; it says whose session it is.";

/** Login: Basic with a key's name and the key (contract §4.1). */
export const login = operation({
  id: "login",
  tag: "Login",
  summary: "Log in with a name and a key",
  description: "Opens a session: Basic with a key's name and the key.",
  security: BASIC,
  query: NO_PARAMETERS,
  answers: {
    200: TOKENS,
    401: WRONG_LOGIN,
    429: answers.shared("TooManyRequests"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, services: Uses) {
    const key = await services.login.check(basicOf(asked.request), asked.request, asked);
    return tokens(await services.login.open(key, asked.url.origin, asked.now));
  },
});

export const testLogin = operation({
  id: "testLogin",
  tag: "Login",
  summary: "Check a name and a key",
  description: "Whether a name and key hold; opens nothing.",
  security: BASIC,
  query: NO_PARAMETERS,
  answers: {
    200: answers.empty("They hold."),
    401: WRONG_LOGIN,
    429: answers.shared("TooManyRequests"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, services: Uses) {
    await services.login.check(basicOf(asked.request), asked.request, asked);
    return empty(200);
  },
});

export const refreshLogin = operation({
  id: "refreshLogin",
  tag: "Login",
  summary: "Refresh a session",
  description: `New tokens for a session. ${SESSION} A refresh token is valid once: its reuse ends the session. After a 503 the same one is still valid.`,
  security: BEARER,
  query: NO_PARAMETERS,
  body: REFRESH,
  answers: {
    200: TOKENS,
    400: answers.invalid("invalid access token"),
    401: answers.refusal(
      "One of the tokens does not hold, they are of different sessions, or the key was revoked.",
      5,
      ["Request unauthorized", "Unauthorized"],
      { headers: ["WWW-Authenticate"] },
    ),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, services: Uses) {
    const access = await accessTokenOf(asked.request, services.login);
    const { refresh_token: refresh = "" } = await asked.body();
    return tokens(await services.login.refresh(access, refresh, asked.url.origin, asked));
  },
});

export const logout = operation({
  id: "logout",
  tag: "Login",
  summary: "End a session",
  description: `Ends a session. ${SESSION} It lives out its few minutes.`,
  security: BEARER,
  query: NO_PARAMETERS,
  body: REFRESH,
  answers: {
    200: answers.empty("Ended."),
    400: answers.invalid("invalid access token"),
    401: answers.refusal("One of the tokens does not hold.", 5, ["Request unauthorized"], {
      headers: ["WWW-Authenticate"],
    }),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, services: Uses) {
    const access = await accessTokenOf(asked.request, services.login);
    const { refresh_token: refresh = "" } = await asked.body();
    await services.login.logout(access, refresh, asked);
    return empty(200);
  },
});

/** The user and password of the request, null when they cannot be read; another scheme is refused. */
function basicOf(request: Request): BasicCredential | null {
  const { scheme, credential } = authorizationOf(request);
  if (scheme !== "basic") throw unauthenticated("Request unauthorized", SEND_KEY);
  return readBasic(credential);
}

/** The access token, expired or not; it is refused before the body is looked at. */
async function accessTokenOf(request: Request, service: LoginService): Promise<string> {
  const { scheme, credential } = authorizationOf(request);
  if (scheme === "basic") throw invalid("invalid access token");
  const token = scheme === "bearer" ? credential : "";
  await service.subjectOf(token);
  return token;
}

/** Sensu 6 ends these bodies with a line end. */
function tokens({ accessToken, expiresAt, refreshToken }: Tokens): Response {
  const body = { access_token: accessToken, expires_at: expiresAt, refresh_token: refreshToken };
  return json(`${JSON.stringify(body)}\n`, { "Cache-Control": "no-store" });
}
