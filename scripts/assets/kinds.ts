// What a document is: an asset, another resource of Sensu, or a mistake.
import { memberOf } from "../../src/definitions/value-problems.ts";
import { isObject } from "../../src/lib/json.ts";
import { nearestName } from "../../src/lib/nearest-name.ts";

/**
 * The type of a resource that is Sensu's and no asset, such as `core/v2.CheckConfig`; null for an asset, however its type
 * is capitalised. Throws where a type is spelled nearly like an asset's, or the spec is one: left out, it would be deleted
 * by a prune.
 */
export function otherKind(value: unknown): string | null {
  if (!isObject(value)) return null;
  const { type, api_version: version, spec } = value;
  if (!isObject(spec)) return null;
  if (typeof type !== "string")
    throw new Error("this has a spec and no type; write type: Asset if it is one");
  if (type.trim().toLowerCase() === "asset") return null;
  if (nearestName(type, ["Asset"]) !== null)
    throw new Error(`${JSON.stringify(type)} is no type of Sensu's; did you mean Asset?`);
  const own = ["sha512", "builds"].find((name) => memberOf(spec, name) !== undefined);
  if (own !== undefined)
    throw new Error(
      `the type is ${JSON.stringify(type)}, and spec.${own} is an asset's; write type: Asset if it is one`,
    );
  return `${typeof version === "string" ? version : "core/v2"}.${type}`;
}
