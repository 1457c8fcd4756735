import type { Json } from "../assets/merge-patch.ts";
import { invalid } from "../errors.ts";

/** An entity as filters and tokens see it: flat, as the agent shows it (contract §6.3). */
export type Facts = { [key: string]: Json };

const SYSTEM = new Set([
  "os",
  "arch",
  "platform",
  "platform_family",
  "platform_version",
  "arm_version",
  "libc_type",
  "hostname",
  "vm_system",
  "vm_role",
  "cloud_provider",
  "float_type",
]);
const NUMBERS = new Set(["arm_version"]);
const TOP = new Set(["name", "namespace", "entity_class", "user", "sensu_agent_version"]);
const MAPS = new Set(["labels", "annotations"]);
/** Parameters of the route itself, which are no facts. */
const CONTROLS = new Set(["rule", "explain", "format", "filters"]);

/** Facts from a query: `os=linux&arch=amd64&labels.region=eu&subscriptions=linux,web`. A name that is no fact is 400. */
export function factsOfQuery(query: URLSearchParams): Facts {
  const system: Facts = {};
  const maps: Record<string, Facts> = { labels: {}, annotations: {} };
  const top: Facts = {};
  for (const [parameter, value] of query) {
    const [map = "", ...rest] = parameter.split(".");
    if (CONTROLS.has(parameter)) continue;
    if (SYSTEM.has(parameter))
      system[parameter] = NUMBERS.has(parameter) ? wholeNumber(parameter, value) : value;
    else if (TOP.has(parameter)) top[parameter] = value;
    else if (parameter === "subscriptions") top[parameter] = value.split(",");
    else if (MAPS.has(map) && rest.length > 0) maps[map] = { ...maps[map], ...member(rest.join("."), value) };
    else {
      throw invalid(
        `"${parameter}" is no fact: use ${[...SYSTEM, ...TOP].join(", ")}, subscriptions, labels.<key> or annotations.<key>`,
      );
    }
  }
  return { entity_class: "agent", ...top, ...maps, system };
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

/** One member, whatever its name; assigning to `__proto__` would do something else. */
function member(key: string, value: string): Facts {
  return Object.fromEntries([[key, value]]);
}

function isObject(value: unknown): value is Facts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
