import { isObject } from "../lib/json.ts";

/** What JSON.parse returns. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * RFC 7396: members that are null are taken away, objects are merged, everything else is replaced whole. Neither
 * argument is changed, and the result may share parts with both. Recursive: bound the depth of what is parsed.
 */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) members.delete(key);
    else members.set(key, mergePatch(members.get(key), value));
  }
  // Defines members, where assigning one by one would set the prototype for `__proto__`.
  return Object.fromEntries(members);
}
