import type { Namespace } from "../identity/names.ts";
import { coversCollection, seesEveryName, type Grant } from "./grants.ts";

/**
 * Which names of a namespace these grants show, as parts of a cache key: callers with the same parts see the same names.
 * Each is a glob; none for every name.
 */
export function reachOf(grants: readonly Grant[], namespace: Namespace): readonly string[] {
  if (seesEveryName(grants, namespace)) return [];
  const globs = grants
    .filter((grant) => coversCollection(grant, { role: "view", namespace }))
    .map(({ names }) => names ?? "*");
  return [...new Set(globs)].sort();
}
