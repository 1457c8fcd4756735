import { excerpt } from "../lib/excerpt.ts";
import { hostClass } from "./host-class.ts";

/** From where archives are fetched. */
export interface FetchPolicy {
  /** Whether hosts that only this network reaches, addresses and plain http are asked: on the operator's machine alone. */
  readonly reachesPrivate: boolean;
  /** Whether this machine itself is asked, over http too: `npm start` alone. */
  readonly reachesLoopback: boolean;
}

/** The Worker's policy in production. */
export const PUBLIC_ONLY: FetchPolicy = { reachesPrivate: false, reachesLoopback: false };

/** A URL that may be fetched, or why not. */
export type UrlDecision = { readonly url: URL } | { readonly problem: string };

/** Characters of a URL, and of the JSON of headers. */
export const URL_CHARACTERS = 4_096;
export const HEADERS_CHARACTERS = 16_384;
const SHOWN_CHARACTERS = 200;

const COMMAND = "`npm run assets -- verify` does from a machine that can";

/** Decides whether the URL of a definition may be fetched. */
export function decideUrl(text: string, policy: FetchPolicy): UrlDecision {
  if (text.includes("{{"))
    return { problem: "the URL holds tokens, which each agent fills in from its own facts" };
  if (text.length > URL_CHARACTERS) return { problem: `the URL is longer than ${URL_CHARACTERS} characters` };
  const url = URL.parse(text);
  if (url === null) return { problem: "the URL cannot be read" };
  return decide(url, policy);
}

/**
 * Decides where a redirect may lead: by the rules of the first URL, never from https to http, and never from a public
 * host to one that the public cannot reach.
 */
export function decideRedirect(location: string, from: URL, policy: FetchPolicy): UrlDecision {
  const url = URL.parse(location, from.href);
  if (url === null)
    return { problem: `it redirects to what is no URL: ${excerpt(location, SHOWN_CHARACTERS)}` };
  const decision = decide(url, policy);
  if ("problem" in decision) return { problem: `it redirects to ${shownUrl(url)}, and ${decision.problem}` };
  if (from.protocol === "https:" && url.protocol !== "https:")
    return { problem: `it redirects to ${shownUrl(url)}, which is not https` };
  const [here, there] = [hostClass(from.hostname), hostClass(url.hostname)];
  if (here === "public" && there !== "public" && there !== "address")
    return { problem: `it redirects from a public host to ${url.hostname}, which the public cannot reach` };
  return decision;
}

function decide(url: URL, { reachesPrivate, reachesLoopback }: FetchPolicy): UrlDecision {
  const { protocol, hostname } = url;
  if (protocol !== "https:" && protocol !== "http:")
    return problem(`${protocol.replace(":", "")} is fetched by nobody: use https`);
  if (url.username !== "" || url.password !== "")
    return problem("a user or password stands in the URL: use a header instead");
  const kind = hostClass(hostname);
  const shown = excerpt(hostname, SHOWN_CHARACTERS);
  if (kind === "loopback" && (reachesLoopback || reachesPrivate)) return { url };
  if (reachesPrivate) return { url };
  if (kind === "loopback") return problem(`${shown} is this machine, which is not asked; ${COMMAND}`);
  if (kind === "private") return problem(`${shown} is reached on a private network alone; ${COMMAND}`);
  if (kind === "address") return problem(`${shown} is an address, and only names are asked; ${COMMAND}`);
  if (protocol === "http:") return problem(`only https is asked, and this is http; ${COMMAND}`);
  return { url };
}

function problem(text: string): UrlDecision {
  return { problem: text };
}

/** A URL without what may be a credential: user, password, query and fragment. */
export function shownUrl(url: URL): string {
  return excerpt(`${url.protocol}//${url.host}${url.pathname}`, SHOWN_CHARACTERS);
}

/** Headers that say how a message is framed or what part of it is wanted: those of a definition are not sent. */
const OURS =
  /^(?:host|connection|content-length|transfer-encoding|keep-alive|te|trailer|upgrade|expect|accept-encoding|range|if-.*|proxy-.*)$/i;
const NAME = /^[\w!#$%&'*+.^`|~-]{1,256}$/;
/** Visible ASCII, blanks and Latin-1: what a value may hold. */
const VALUE = /^[\t -~\x80-\xff]*$/;

/** The headers of a definition as they are sent, or why they cannot be. */
export function decideHeaders(
  headers: string,
): { readonly headers: Readonly<Record<string, string>> } | { readonly problem: string } {
  if (headers === "") return { headers: {} };
  if (headers.includes("{{"))
    return { problem: "a header holds tokens, which each agent fills in from its own facts" };
  if (headers.length > HEADERS_CHARACTERS)
    return { problem: `the headers are longer than ${HEADERS_CHARACTERS} characters` };
  const sent: Record<string, string> = {};
  const written: Record<string, string> = JSON.parse(headers);
  for (const [name, value] of Object.entries(written)) {
    if (!NAME.test(name) || !VALUE.test(value))
      return { problem: `the header ${JSON.stringify(excerpt(name, SHOWN_CHARACTERS))} cannot be sent` };
    if (!OURS.test(name)) sent[name] = value;
  }
  return { headers: sent };
}
