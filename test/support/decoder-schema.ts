import { validate } from "@cfworker/json-schema";
import { Build, Filters, Metadata } from "../../src/definitions/schema.ts";
import type { JsonSchema, NamedSchema } from "../../src/lib/json-schema.ts";

const NAMED = new Map<string, NamedSchema>([Build, Filters, Metadata].map((each) => [each.id, each]));

/** Rules that are checked after a body has been decoded. */
const CHECKED_LATER = new Set(["pattern", "maxLength", "maxItems", "description", "examples"]);

/** Why a value does not have the shape that a decoder says it takes; null when it has. */
export function shapeFault(value: unknown, { schema }: { readonly schema: JsonSchema }): string | null {
  const { valid, errors } = validate(value, shapeOf(schema) as JsonSchema);
  return valid
    ? null
    : errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`).join("; ");
}

function shapeOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (typeof schema !== "object" || schema === null) return schema;
  if ("$ref" in schema) {
    const named = NAMED.get(String(schema.$ref).split("/").at(-1) ?? "");
    if (named === undefined) throw new Error(`${String(schema.$ref)} is not known here`);
    return shapeOf(named.schema);
  }
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !CHECKED_LATER.has(key))
      .map(([key, each]) => [key, shapeOf(each)]),
  );
}
