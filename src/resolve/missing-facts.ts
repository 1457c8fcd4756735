import { isObject } from "../lib/json.ts";
import type { Facts } from "./facts.ts";

/** A chain of members of the entity, as filters are written. */
const CHAIN = /\bentity((?:\.[A-Za-z_$][\w$]*|\['[^'\\]*'\]|\["[^"\\]*"\])+)/g;
const MEMBER = /\.([\w$]+)|\['([^']*)'\]|\["([^"]*)"\]/g;

/**
 * The facts that a filter asks for and the request lacks, by the names that the query of a resolution has for them: `os`,
 * `labels.region`. Found in the text, so a string that looks like one counts too.
 */
export function missingFacts(filter: string, facts: Facts): readonly string[] {
  const missing = [...filter.matchAll(CHAIN)].flatMap(([, chain = ""]) => {
    const path = [...chain.matchAll(MEMBER)].map(
      ([, plain, single, double]) => plain ?? single ?? double ?? "",
    );
    const end = firstMissing(path, facts);
    return end === null
      ? []
      : [(path[0] === "system" && end > 1 ? path.slice(1, end) : path.slice(0, end)).join(".")];
  });
  return [...new Set(missing)];
}

/** How many members of a path lead to the first that is not there; null when all are, or end in a value. */
function firstMissing(path: readonly string[], facts: Facts): number | null {
  let value: unknown = facts;
  for (const [index, name] of path.entries()) {
    if (!isObject(value)) return null;
    if (!Object.hasOwn(value, name)) return index + 1;
    value = value[name];
  }
  return null;
}
