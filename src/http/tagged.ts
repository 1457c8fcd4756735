import { notModified } from "./conditional.ts";
import { empty, json } from "./respond.ts";

/** Whether 304 answers the request: only GET and HEAD ask whether what they have has changed (RFC 9110 §13.1.2). */
export function isUnchanged({ method, headers }: Request, etag: string): boolean {
  return (method === "GET" || method === "HEAD") && notModified(headers, etag);
}

/** A JSON body with its tag, or 304 when the client has it (RFC 9110 §15.4.5). */
export function tagged(
  request: Request,
  body: string | Uint8Array<ArrayBuffer>,
  etag: string,
  headers: Record<string, string> = {},
): Response {
  const all = { ...headers, ETag: etag };
  return isUnchanged(request, etag) ? empty(304, all) : json(body, all);
}
