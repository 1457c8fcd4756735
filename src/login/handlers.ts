import { unauthenticated } from "../auth/authenticate.ts";
import { authorizationOf } from "../auth/authorization.ts";
import type { Context } from "../context.ts";
import { invalid } from "../errors.ts";
import { parseBody, readBody } from "../http/body.ts";
import { goDecode, goString, goStruct } from "../go-json/decode.ts";
import { empty, json } from "../http/respond.ts";
import { readBasic, type BasicCredential } from "./basic.ts";
import type { Tokens } from "./service.ts";

/** What continues or ends a session. */
export const Refresh = goStruct("Tokens", "v2.Tokens", { refresh_token: goString });

/** Login: Basic with a key's name and the key (contract §4.1). */
export async function login(context: Context): Promise<Response> {
  const key = await context.services.login.check(basicOf(context), context.request, context);
  return tokens(await context.services.login.open(key, context.url.origin, context.now));
}

export async function testLogin(context: Context): Promise<Response> {
  await context.services.login.check(basicOf(context), context.request, context);
  return empty(200);
}

export async function refreshLogin(context: Context): Promise<Response> {
  const access = await accessTokenOf(context);
  const refresh = await readRefreshToken(context);
  return tokens(await context.services.login.refresh(access, refresh, context.url.origin, context));
}

export async function logout(context: Context): Promise<Response> {
  const access = await accessTokenOf(context);
  await context.services.login.logout(access, await readRefreshToken(context), context);
  return empty(200);
}

/** The user and password of the request, null when they cannot be read; another scheme is refused. */
function basicOf({ request }: Context): BasicCredential | null {
  const { scheme, credential } = authorizationOf(request);
  if (scheme !== "basic") throw unauthenticated("Request unauthorized", 'Basic realm="sensu"');
  return readBasic(credential);
}

/** The access token, expired or not; it is refused before the body is looked at. */
async function accessTokenOf(context: Context): Promise<string> {
  const { scheme, credential } = authorizationOf(context.request);
  if (scheme === "basic") throw invalid("invalid access token");
  const token = scheme === "bearer" ? credential : "";
  await context.services.login.subjectOf(token);
  return token;
}

async function readRefreshToken(context: Context): Promise<string> {
  const { refresh_token: token = "" } = goDecode(Refresh, parseBody(await readBody(context.request)));
  return token;
}

/** Sensu 6 ends these bodies with a line end. */
function tokens({ accessToken, expiresAt, refreshToken }: Tokens): Response {
  const body = { access_token: accessToken, expires_at: expiresAt, refresh_token: refreshToken };
  return json(`${JSON.stringify(body)}\n`, { "Cache-Control": "no-store" });
}
