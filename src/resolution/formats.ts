import type { Resolved } from "./resolve.ts";

/** `KEY='value'` lines that a POSIX shell may evaluate: nothing in a value ends its quotes. */
export function envLines({ url, sha512, headers, build, unresolved }: Resolved, etag: string): string {
  const parts = headerParts(headers);
  const lines = [
    ["ASSET_URL", url],
    ["ASSET_SHA512", sha512],
    ["ASSET_BUILD", String(build)],
    ["ASSET_ETAG", etag],
    ["ASSET_UNRESOLVED", unresolved.map(({ token }) => token).join(" ")],
    ["ASSET_HEADERS", String(parts.length)],
    ...parts.map((part, index) => [`ASSET_HEADER_${index}`, part]),
  ];
  return lines.map(([key, value = ""]) => `${key}='${value.replaceAll("'", "'\\''")}'\n`).join("");
}

/** Header lines as an agent sends them: a value is split at commas, each part a line of its own (contract §6.5). */
export function headerParts(headers: Resolved["headers"]): string[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) =>
    value.split(",").map((part) => `${name}: ${part.trim()}`.replaceAll(/[\r\n]+/g, " ")),
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
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** The value of a `Digest` header (RFC 3230) for a digest in hex; null when it is none. */
export function digestHeader(sha512: string): string | null {
  if (!/^[0-9a-f]{128}$/i.test(sha512)) return null;
  const bytes = sha512.match(/../g)?.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))) ?? [];
  return `sha-512=${btoa(bytes.join(""))}`;
}
