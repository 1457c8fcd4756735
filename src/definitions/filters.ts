import { compareBytes } from "../go-json/json.ts";
import type { Filters } from "./schema.ts";

/** A key of the map form: a path of identifiers, or of quoted members in brackets. */
const MEMBER_PATH = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\['[^'\\]*'\])*$/;

/** The first key of a map form that names no member of an entity; null when all do. */
export function badFilterKey(filters: Filters | undefined): string | null {
  if (filters === undefined || Array.isArray(filters)) return null;
  return Object.keys(filters).find((key) => !MEMBER_PATH.test(key)) ?? null;
}

/** Filters as agents evaluate them: the list itself, or a map's equivalent, keys in byte order. */
export function filterExpressions(filters: Filters | undefined): readonly string[] {
  if (filters === undefined || Array.isArray(filters)) return filters ?? [];
  return Object.entries(filters)
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([path, value]) => `${path} == ${quoteJavaScript(value)}`);
}

function quoteJavaScript(value: string): string {
  const escaped = value.replaceAll(/['\\\n\r\u2028\u2029]/g, (character) => ESCAPES[character] ?? character);
  return `'${escaped}'`;
}

const ESCAPES: Record<string, string> = {
  "'": "\\'",
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};
