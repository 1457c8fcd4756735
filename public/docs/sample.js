// Examples: those of the api, or one made from the schema where it has none.
import { followed } from "./openapi.js";
import { typesOf } from "./type-words.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").Media} Media */
/** @typedef {import("./openapi.js").Schema} Schema */
/** @typedef {import("./openapi.js").SchemaObject} SchemaObject */

/** @typedef {{ title: string, description?: string | undefined, value: unknown }} Shown */

/**
 * @param {OpenApi} api
 * @param {Media} media
 * @returns {Shown[]} at least one, unless nothing is known of the media
 */
export function examplesOf(api, media) {
  const named = Object.entries(media.examples ?? {}).map(([name, reference]) => {
    const { summary, description, value } = followed(api, reference);
    return { title: summary ?? name, description, value };
  });
  if (named.length > 0) return named;
  const value = media.example === undefined ? sample(api, media.schema) : media.example;
  return value === undefined ? [] : [{ title: "Example", value }];
}

/**
 * The text that is sent or shown for a value.
 * @param {unknown} value
 */
export function textOf(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/**
 * A value of the schema, with as little in it as says what it is. References that come round again are left out.
 * @param {OpenApi} api
 * @param {Schema | undefined} reference
 * @param {readonly string[]} above
 * @returns {unknown}
 */
export function sample(api, reference, above = []) {
  if (typeof reference !== "object") return undefined;
  const { $ref } = reference;
  if ($ref !== undefined && above.includes($ref)) return undefined;
  const schema = followed(api, reference);
  const below = $ref === undefined ? above : [...above, $ref];
  const given = [schema.examples?.[0], schema.example, schema.const, schema.default, schema.enum?.[0]];
  const known = given.find((value) => value !== undefined);
  if (known !== undefined) return known;
  const option = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (option !== undefined) return sample(api, option, below);
  if (schema.allOf !== undefined) {
    return Object.assign({}, ...schema.allOf.map((part) => sample(api, part, below) ?? {}));
  }
  return plain(api, schema, below);
}

/**
 * @param {OpenApi} api
 * @param {SchemaObject} schema
 * @param {readonly string[]} above
 */
function plain(api, schema, above) {
  const [type] = typesOf(schema);
  if (type === "object") {
    const members = Object.entries(schema.properties ?? {})
      .map(([name, member]) => [name, sample(api, member, above)])
      .filter(([, value]) => value !== undefined);
    return Object.fromEntries(members);
  }
  if (type === "array") {
    const item = sample(api, schema.items, above);
    return item === undefined ? [] : [item];
  }
  if (type === "string") return schema.format === "date-time" ? "2026-01-01T00:00:00Z" : "text";
  if (type === "integer" || type === "number") return schema.minimum ?? 0;
  if (type === "boolean") return true;
  return type === "null" ? null : undefined;
}
