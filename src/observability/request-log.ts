import { ApiError } from "../errors.ts";
import type { Exchange } from "./exchange.ts";

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;
const REFUSED = new Set([401, 403, 429]);

/** Which answers are told: all of them, refused credentials up to a rate, of the others a sample. */
export type Urgency = "always" | "refusal" | "sample";

/** Writes and our own faults are always told. */
export function urgency({ request, response: { status } }: Exchange): Urgency {
  if (REFUSED.has(status)) return "refusal";
  return status >= 500 || !/^(?:GET|HEAD)$/.test(request.method) ? "always" : "sample";
}

/**
 * The log's line for a request. It holds no header but `traceparent`, no query and no body; a path may hold anything,
 * an API key by mistake too, which is masked.
 */
export function requestLine(exchange: Exchange): Record<string, unknown> {
  const { request, response, requestId, route, principal, ms, spent, fault } = exchange;
  const { status, headers } = response;
  const trace = request.headers.get("traceparent") ?? "";
  return {
    level: status >= 500 ? "error" : REFUSED.has(status) ? "warn" : "info",
    event: "request",
    requestId,
    method: request.method,
    route,
    path: new URL(request.url).pathname.replaceAll(/sak_\w+/g, "sak_..."),
    principal,
    status,
    cache: headers.get("X-Cache"),
    age: Number(headers.get("Age") ?? 0),
    ms,
    ...Object.fromEntries(spent.waited),
    rows: [spent.rowsRead, spent.rowsWritten],
    ...(spent.region !== null && { region: spent.region }),
    ...(TRACEPARENT.test(trace) && { traceparent: trace }),
    ...(REFUSED.has(status) && { client: request.headers.get("CF-Connecting-IP") }),
    ...(fault !== undefined && { error: said(fault) }),
  };
}

/** What a fault says to whoever is on call; clients only see the request id. */
function said(fault: unknown): string {
  const cause = fault instanceof ApiError ? (fault.cause ?? fault) : fault;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
