import { quoteGo } from "./quote.ts";
import { afterSpaces, scanValue, type OnValue } from "./scanner.ts";

/** Where the first JSON value ends, as a byte offset, or what Go's encoding/json says is wrong with it. */
export type ScannedJson = { end: number } | { error: string };

/**
 * Reads one value from a stream, as POST and PUT do (json.Decoder): what follows the value is not looked at
 * (contract V1-V10, V44).
 */
export function scanJson(bytes: Uint8Array, onValue?: OnValue): ScannedJson {
  const scanned = scanValue(bytes, onValue);
  if ("end" in scanned) return scanned;
  const found = bytes[scanned.at];
  if (found !== undefined) return { error: complaint(found, scanned.where) };
  return { error: afterSpaces(bytes, 0) === bytes.length ? "EOF" : "unexpected EOF" };
}

/** Reads bytes that hold one value and nothing else, as PATCH does (json.Unmarshal, contract §2.10 step 4). */
export function scanWholeJson(bytes: Uint8Array, onValue?: OnValue): ScannedJson {
  const scanned = scanValue(bytes, onValue);
  if ("at" in scanned) {
    if (scanned.where === "") return { error: "unexpected end of JSON input" };
    // Go ends its input by feeding the scanner a space, so a literal cut short is blamed on one.
    return { error: complaint(bytes[scanned.at] ?? 0x20, scanned.where) };
  }
  const rest = bytes[afterSpaces(bytes, scanned.end)];
  return rest === undefined ? scanned : { error: complaint(rest, "after top-level value") };
}

/** Go takes the byte for a character: the first byte of a BOM, 0xEF, becomes 'ï' (contract V6). */
function complaint(byte: number, where: string): string {
  const character = String.fromCharCode(byte);
  const inner = quoteGo(character).slice(1, -1);
  const quoted = character === "'" ? "\\'" : character === '"' ? '"' : inner;
  return `invalid character '${quoted}' ${where}`;
}

/** What Go's encoder writes differently: HTML-safe, two line separators, and before Go 1.22 no \b and \f. */
const GO_ESCAPES: Record<string, string> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
  "\\b": "\\u0008",
  "\\f": "\\u000c",
};

/** A JSON string, quotes included, as Go 1.19 writes it (contract §1.4); a lone surrogate becomes U+FFFD. */
export function quoteJson(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /\\.|[<>&\u2028\u2029]/g,
    (found) => GO_ESCAPES[found] ?? found,
  );
}

const SURROGATE_ESCAPES =
  /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|.)/g;

/**
 * The JSON text with U+FFFD for every escape of a lone surrogate, as Go decodes it. Done before parsing, so that keys
 * which become the same are one member, of which the last counts.
 */
export function mendSurrogates(json: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(json)) return json;
  return json.replace(SURROGATE_ESCAPES, (escape, lone?: string) =>
    lone === undefined ? escape : "\\ufffd",
  );
}

/**
 * The order of Go's maps, of etcd's keys and of D1's text: UTF-8 bytes (contract §1.4, §3.3). Both strings are well
 * formed, so that is the order of code points; `<` differs, as it sorts U+1F600 before U+FF5E.
 */
export function compareBytes(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return codePointRank(unitA) - codePointRank(unitB);
  }
  return a.length - b.length;
}

function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}

/** The members of a map in the order Go writes them. */
export function sortedEntries(map: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(map).sort(([a], [b]) => compareBytes(a, b));
}
