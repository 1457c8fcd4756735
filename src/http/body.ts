import { ApiError, invalid } from "../errors.ts";
import { mendSurrogates, scanJson, scanWholeJson, type ScannedJson } from "../go-json/json.ts";
import type { OnValue } from "../go-json/scanner.ts";

/** Bytes of a request body; more is 413 (Sensu's own limit, contract §2.6). */
export const BODY_LIMIT = 512_000;

/** Values of a request body, at every level. The largest definition there may be holds about 18,000. */
export const BODY_VALUES = 20_000;

/** Member names with a special meaning in JavaScript; refused at any depth. */
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
 * Counts values and refuses those past the limit with 413. To be called before they are parsed: two bytes are enough for
 * a value, which then takes a hundred times as much memory and time.
 */
export function atMostValues(
  limit: number,
  message = `request body too large: it holds more than ${limit} JSON values`,
): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count > limit) throw new ApiError("tooLarge", message);
  };
}

/**
 * The first JSON value of a body, whatever its Content-Type; what follows is ignored, as Sensu does (V10).
 * Malformed JSON is 400 with Go's text (V1-V8), more values than one definition may hold 413. `onValue` sets other limits.
 */
export function parseBody(bytes: Uint8Array, onValue: OnValue = atMostValues(BODY_VALUES)): unknown {
  return parseScanned(bytes, scanJson(bytes, onValue));
}

/** The JSON value of a body that holds nothing else, as PATCH reads it (contract §2.10 step 4). */
export function parseWholeBody(bytes: Uint8Array, onValue: OnValue = atMostValues(BODY_VALUES)): unknown {
  return parseScanned(bytes, scanWholeJson(bytes, onValue));
}

function parseScanned(bytes: Uint8Array, scan: ScannedJson): unknown {
  if ("error" in scan) throw invalid(scan.error);
  const value: unknown = JSON.parse(mendSurrogates(decodeUtf8(bytes.subarray(0, scan.end))));
  const reserved = pathOfReserved(value);
  if (reserved !== null) {
    throw invalid(`the member name ${reserved.join(".")} is reserved and cannot be stored`);
  }
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

/** The members that lead to the first reserved name. Recursion is safe: the scanner has bounded the depth. */
function pathOfReserved(value: unknown): string[] | null {
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const inner = pathOfReserved(value[index]);
      if (inner !== null) return [String(index), ...inner];
    }
    return null;
  }
  for (const [key, member] of Object.entries(value)) {
    const inner = RESERVED.has(key) ? [] : pathOfReserved(member);
    if (inner !== null) return [key, ...inner];
  }
  return null;
}
