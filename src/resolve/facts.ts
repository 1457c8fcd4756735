import { ApiError, invalid } from "../errors.ts";
import { isObject } from "../lib/json.ts";
import { factCount } from "./fact-count.ts";

/** An entity as filters and tokens see it: flat, as the agent shows it (contract §6.3). */
export type Facts = Record<string, unknown>;

/** Facts, and the parts of a key that names them. */
export interface NamedFacts {
  readonly facts: Facts;
  readonly key: readonly string[];
}

/** Values of an entity, at every level. One with five hundred processes has about half as many. */
const MAX_FACTS = 10_000;
export const TOO_MANY_FACTS = `the facts hold more than ${MAX_FACTS} values; send those that filters and tokens look at`;

const SYSTEM =
  "os arch platform platform_family platform_version arm_version libc_type hostname vm_system vm_role cloud_provider float_type".split(
    " ",
  );
const TOP = "name namespace entity_class user sensu_agent_version".split(" ");
/** Parameters of the route itself, which are no facts. */
const CONTROLS = "rule explain format filters".split(" ");

/** Facts from a query: `os=linux&arch=amd64&labels.region=eu&subscriptions=linux,web`. A name that is no fact is 400. */
export function factsOfQuery(query: URLSearchParams): Facts {
  const system: Facts = {};
  const top: Facts = {};
  const maps = { labels: new Map<string, string>(), annotations: new Map<string, string>() };
  for (const [parameter, value] of query) {
    const [map, ...rest] = parameter.split(".");
    if (CONTROLS.includes(parameter)) continue;
    if (parameter === "arm_version") system[parameter] = wholeNumber(parameter, value);
    else if (SYSTEM.includes(parameter)) system[parameter] = value;
    else if (TOP.includes(parameter)) top[parameter] = value;
    else if (parameter === "subscriptions") top[parameter] = value.split(",");
    else if ((map === "labels" || map === "annotations") && rest.length > 0)
      maps[map].set(rest.join("."), value);
    else {
      throw invalid(
        `"${parameter}" is no fact: use ${[...SYSTEM, ...TOP].join(", ")}, subscriptions, labels.<key> or annotations.<key>`,
      );
    }
  }
  const labels = Object.fromEntries(maps.labels);
  const annotations = Object.fromEntries(maps.annotations);
  return { entity_class: "agent", ...top, labels, annotations, system };
}

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

function wholeNumber(parameter: string, value: string): number {
  if (!/^\d{1,3}$/.test(value)) throw invalid(`invalid ${parameter} "${value}": use a whole number`);
  return Number(value);
}
