import { notModified } from "./conditional.ts";
import { empty, json } from "./respond.ts";

/** A JSON body with its tag, or 304 when the client has it (RFC 9110 §15.4.5). */
export function tagged(
  request: Request,
  body: string | Uint8Array<ArrayBuffer>,
  etag: string,
  headers: Record<string, string> = {},
): Response {
  const all = { ...headers, ETag: etag };
  return notModified(request.headers, etag) ? empty(304, all) : json(body, all);
}
