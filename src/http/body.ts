import { ApiError, invalid } from "../errors.ts";
import { mendSurrogates, scanJson, scanWholeJson, type ScannedJson } from "./go-json.ts";

/** Bytes of a request body; more is 413 (Sensu's own limit, contract §2.6). */
export const BODY_LIMIT = 512_000;

/** Member names that JavaScript gives a meaning of its own; refused wherever they stand. */
const RESERVED = new Set(["__proto__", "constructor"]);

/** Reads a body up to the limit, without trusting Content-Length. A compressed one is 415. */
export async function readBody(request: Request, limit = BODY_LIMIT): Promise<Uint8Array> {
  refuseEncoded(request.headers.get("Content-Encoding") ?? "");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw new ApiError("tooLarge", `request body too large: the limit is ${limit} bytes`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** Bodies are small, and a compressed one may be of any size; RFC 9110 §15.5.16 has 415 say what is taken. */
function refuseEncoded(encodings: string): void {
  if (encodings.split(",").every((each) => /^(?:identity)?$/i.test(each.trim()))) return;
  throw new ApiError(
    "unsupportedEncoding",
    "a compressed body is not accepted; send it without Content-Encoding",
    {
      headers: { "Accept-Encoding": "identity" },
    },
  );
}

/**
 * The first JSON value of a body, whatever its Content-Type; what follows is ignored, as Sensu does (V10).
 * Malformed JSON is 400 with Go's text (V1-V8).
 */
export function parseBody(bytes: Uint8Array): unknown {
  return parseScanned(bytes, scanJson(bytes));
}

/** The JSON value of a body that holds nothing else, as PATCH reads it (contract §2.10 step 4). */
export function parseWholeBody(bytes: Uint8Array): unknown {
  return parseScanned(bytes, scanWholeJson(bytes));
}

function parseScanned(bytes: Uint8Array, scan: ScannedJson): unknown {
  if ("error" in scan) throw invalid(scan.error);
  const value: unknown = JSON.parse(mendSurrogates(decodeUtf8(bytes.subarray(0, scan.end))));
  refuseReserved(value, "");
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const mended = new TextEncoder().encode(
      new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes),
    );
    const at = bytes.findIndex((byte, index) => byte !== mended[index]);
    throw invalid(`invalid UTF-8 in the request body at byte ${at}`);
  }
}

/** Recursion is safe: the scanner has bounded the depth. */
function refuseReserved(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const here = path === "" ? key : `${path}.${key}`;
    if (RESERVED.has(key)) throw invalid(`the member name ${here} is reserved and cannot be stored`);
    refuseReserved(member, here);
  }
}
