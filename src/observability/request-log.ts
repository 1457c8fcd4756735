import { rootCause, withRemedy } from "../errors.ts";
import type { Exchange } from "./exchange.ts";
import { costOf } from "./spent.ts";

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;
/** An IPv4 or IPv6 address, as far as its characters and length say. */
const ADDRESS = /^[\da-f.:]{2,45}$/i;
const REFUSED = new Set([401, 403, 429]);

/** Characters of a field of a line that is not all ours: others choose paths, methods, names and parts of errors. */
const METHOD_CHARACTERS = 20;
const PATH_CHARACTERS = 500;
const PRINCIPAL_CHARACTERS = 250;
const ERROR_CHARACTERS = 4_000;

/**
 * Which answers get a line: every one; up to a rate, and of those above it a sample; or a sample. Faults that anybody
 * can cause have a separate limit, so that refusals do not crowd them out.
 */
export type Sampling = "always" | "rate-limited" | "rate-limited-fault" | "sampled";

/**
 * What a known principal writes, and every fault it meets, is always logged. Anyone can send what is refused or has no
 * credential, as often as they like, so these are limited.
 */
export function samplingOf({ request, response: { status }, principal, fault }: Exchange): Sampling {
  if (REFUSED.has(status)) return "rate-limited";
  const isAnonymous = principal === null;
  if (status >= 500 || fault !== undefined) return isAnonymous ? "rate-limited-fault" : "always";
  if (/^(?:GET|HEAD)$/.test(request.method)) return "sampled";
  return isAnonymous ? "rate-limited" : "always";
}

/**
 * The log's line for a request. It holds no header but `traceparent` and the client's address, no query and no body;
 * what the client chose is cut to a length. A path may hold anything, an API key by mistake too, which is masked.
 */
export function requestLine(exchange: Exchange): Record<string, unknown> {
  const { request, response, requestId, route, principal, ms, spent, fault } = exchange;
  const { status, headers } = response;
  const trace = request.headers.get("traceparent") ?? "";
  return {
    level: status >= 500 || fault !== undefined ? "error" : REFUSED.has(status) ? "warn" : "info",
    event: "request",
    requestId,
    method: cut(request.method, METHOD_CHARACTERS),
    route,
    path: cut(new URL(request.url).pathname.replaceAll(/sak_\w+/g, "sak_..."), PATH_CHARACTERS),
    principal: principal === null ? null : cut(principal, PRINCIPAL_CHARACTERS),
    status,
    cache: headers.get("X-Cache"),
    age: Number(headers.get("Age") ?? 0),
    ms,
    ...costOf(spent),
    ...(TRACEPARENT.test(trace) && { traceparent: trace }),
    ...((principal === null || REFUSED.has(status)) && { client: clientOf(request) }),
    ...(fault !== undefined && { error: cut(causeOf(fault), ERROR_CHARACTERS) }),
  };
}

/** The address Cloudflare saw; null where it is missing or is no address. */
function clientOf(request: Request): string | null {
  const address = request.headers.get("CF-Connecting-IP") ?? "";
  return ADDRESS.test(address) ? address : null;
}

/** The text, or its beginning and how long the whole is. */
function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters).toWellFormed()}... (${text.length} characters)`;
}

/** What went wrong, for the operator; clients see only the request id. */
function causeOf(fault: unknown): string {
  const cause = rootCause(fault);
  return withRemedy(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
}
