import type { Json } from "../definitions/merge-patch.ts";
import { isObject } from "../lib/json.ts";

/** The merge patch that turns one value into another (RFC 7396); a null member of `to` looks like a missing one. */
export function mergePatchBetween(from: Json, to: Json): Json {
  if (!isObject(from) || !isObject(to)) return to;
  const patch: Record<string, Json> = {};
  for (const key of Object.keys(from)) {
    if (!Object.hasOwn(to, key)) patch[key] = null;
  }
  for (const [key, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined;
    if (before === undefined) patch[key] = value;
    else if (isObject(before) && isObject(value)) {
      const inner = mergePatchBetween(before, value);
      if (!isObject(inner) || Object.keys(inner).length > 0) patch[key] = inner;
    } else if (!isSame(before, value)) patch[key] = value;
  }
  return patch;
}

/** The same for people: a line for each value that went (`-`) or came (`+`), named by its path. */
export function differenceLines(from: Json | undefined, to: Json | undefined, path = ""): string[] {
  if (isBranch(from) && isBranch(to) && Array.isArray(from) === Array.isArray(to)) {
    const before = new Map(Object.entries(from));
    const after = new Map(Object.entries(to));
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) =>
      differenceLines(before.get(key), after.get(key), step(path, key, Array.isArray(from))),
    );
  }
  if ((from ?? null) === (to ?? null)) return [];
  return [...leaves("-", from, path), ...leaves("+", to, path)];
}

function leaves(sign: "-" | "+", value: Json | undefined, path: string): string[] {
  if (value === undefined || value === null) return [];
  if (!isBranch(value)) return [`${sign} ${path}: ${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(sign, member, step(path, key, Array.isArray(value))),
  );
}

function step(path: string, key: string, inArray: boolean): string {
  if (inArray) return `${path}[${key}]`;
  const name = /^[\w$]+$/.test(key) ? key : JSON.stringify(key);
  return path === "" ? name : `${path}.${name}`;
}

/** Definitions are canonical JSON, so equal values have equal text. Only for what is replaced whole: it reads all of both. */
function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isBranch(value: Json | undefined): value is Json[] | { [key: string]: Json } {
  return typeof value === "object" && value !== null;
}
