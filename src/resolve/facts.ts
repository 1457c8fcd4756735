import { ApiError, invalid } from "../errors.ts";
import { isObject } from "../lib/json.ts";
import { factCount } from "./fact-count.ts";

/** An entity as filters and tokens see it: flat, as the agent presents it (contract §6.3). */
export type Facts = Record<string, unknown>;

/** Facts, and the parts of a key that names them. */
export interface NamedFacts {
  readonly facts: Facts;
  readonly key: readonly string[];
}

/** Values of an entity, at every level. One with five hundred processes has about half as many. */
const MAX_FACTS = 10_000;
export const TOO_MANY_FACTS = `the facts hold more than ${MAX_FACTS} values; send those that filters and tokens look at`;

/**
 * Facts as a client sends them: the query as it stands, or an entity's JSON. More than 10,000 values are 413: every
 * filter may look at all of them.
 */
export function namedFacts(search: string | null, facts: Facts): NamedFacts {
  if (factCount(facts, MAX_FACTS) > MAX_FACTS) {
    throw new ApiError("tooLarge", TOO_MANY_FACTS);
  }
  return { facts, key: search === null ? ["entity", JSON.stringify(facts)] : ["query", search] };
}

/** Facts from an entity's JSON, flat or as Sensu serves it: bare with `metadata`, or wrapped. */
export function factsOfEntity(body: unknown): Facts {
  if (!isObject(body))
    throw invalid('the facts are an entity, such as {"system":{"os":"linux","arch":"amd64"}}');
  const entity = isObject(body["spec"])
    ? { ...body["spec"], metadata: body["metadata"] ?? body["spec"]["metadata"] ?? null }
    : body;
  const { metadata, ...flat } = entity;
  const facts: Facts = isObject(metadata) ? { ...metadata, ...flat } : flat;
  // Filters may ask for any of these without an error, whatever the entity has.
  return { labels: {}, annotations: {}, ...facts, system: isObject(facts["system"]) ? facts["system"] : {} };
}
