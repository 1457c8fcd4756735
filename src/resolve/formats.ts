import { invalid } from "../errors.ts";
import { oneOf } from "../http/parameters.ts";
import { base64OfHex } from "../lib/hex.ts";
import type { MirrorMembers } from "./mirror.ts";
import type { Resolved } from "./resolve-asset.ts";

/** For programs, or for shells. */
export const formatParameter = () => oneOf(["json", "env"]).default("json");

/** Characters of all header lines together: each part of a value at its commas repeats the header's name. */
const HEADER_CHARACTERS = 1_000_000;

/** `KEY='value'` lines that a POSIX shell may evaluate: nothing in a value ends its quotes. Too many headers are 400. */
export function envLines(
  { url, sha512, headers, build, unresolved }: Resolved,
  etag: string,
  { mirror, mirror_url }: MirrorMembers,
): string {
  const parts = headerParts(headers);
  const lines = [
    ["ASSET_URL", url],
    ["ASSET_SHA512", sha512],
    ["ASSET_BUILD", String(build)],
    ["ASSET_ETAG", etag],
    ["ASSET_UNRESOLVED", unresolved.map(({ token }) => token).join(" ")],
    ["ASSET_HEADERS", String(parts.length)],
    ...(mirror_url === undefined ? [] : [["ASSET_MIRROR_URL", mirror_url]]),
    ...(mirror === undefined ? [] : [["ASSET_MIRROR", mirror]]),
    ...parts.map((part, index) => [`ASSET_HEADER_${index}`, part]),
  ];
  return lines.map(([key = "", value = ""]) => shellLine(key, value)).join("");
}

/** A line `KEY='value'`, with the value quoted for a POSIX shell. */
export function shellLine(key: string, value: string): string {
  return `${key}='${value.replaceAll("'", "'\\''")}'\n`;
}

/** Header lines as an agent sends them: a value is split at commas, and each part is one line (contract §6.5). */
export function headerParts(headers: Resolved["headers"]): string[] {
  const split = Object.entries(headers ?? {}).map(([name, value]) => ({ name, parts: value.split(",") }));
  const characters = split.reduce((sum, { name, parts }) => sum + parts.length * (name.length + 2), 0);
  if (characters > HEADER_CHARACTERS) {
    throw invalid(
      "the headers of this build, split at their commas, are too long for format=env; use the JSON",
    );
  }
  return split.flatMap(({ name, parts }) =>
    parts.map((part) => `${name}: ${part.trim()}`.replaceAll(/[\r\n]+/g, " ")),
  );
}

/** Rows in columns as wide as their widest cell, two spaces apart. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const line = (row: readonly string[]) =>
    row
      // The last column is as wide as it is.
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** The value of a `Digest` header (RFC 3230) for a digest in hex; null when it is none. */
export function digestHeader(sha512: string): string | null {
  if (!/^[0-9a-f]{128}$/i.test(sha512)) return null;
  return `sha-512=${base64OfHex(sha512)}`;
}
