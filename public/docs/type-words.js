// What a schema allows, said in words.
import { followed, nameOf } from "./openapi.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").Schema} Schema */
/** @typedef {import("./openapi.js").SchemaObject} SchemaObject */

/**
 * The type: `array of string`, `Asset or null`, `map of string`.
 * @param {OpenApi} api
 * @param {Schema | undefined} schema
 * @returns {string}
 */
export function typeWords(api, schema) {
  if (schema === undefined || schema === true) return "anything";
  if (schema === false) return "nothing";
  if (schema.$ref !== undefined) return schema.title ?? nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const options = schema.oneOf ?? schema.anyOf;
  if (options !== undefined && schema.type === undefined) {
    return [...new Set(options.map((option) => typeWords(api, option)))].join(" or ");
  }
  if (schema.allOf !== undefined && schema.type === undefined) {
    return schema.allOf.map((part) => typeWords(api, part)).join(" and ");
  }
  const types = typesOf(schema);
  if (types.length === 0) return schema.enum === undefined ? "anything" : "one of the values";
  return types.map((type) => oneType(api, schema, type)).join(" or ");
}

/**
 * @param {SchemaObject} schema
 * @returns {string[]}
 */
export function typesOf(schema) {
  if (schema.type !== undefined) return [schema.type].flat();
  if (schema.properties !== undefined || schema.additionalProperties !== undefined) return ["object"];
  return schema.items === undefined ? [] : ["array"];
}

/**
 * @param {OpenApi} api
 * @param {SchemaObject} schema
 * @param {string} type
 */
function oneType(api, schema, type) {
  if (type === "array")
    return schema.items === undefined ? "array" : `array of ${typeWords(api, schema.items)}`;
  if (type === "object" && schema.properties === undefined) {
    const values = schema.additionalProperties;
    return typeof values === "object" ? `map of ${typeWords(api, values)}` : "object";
  }
  return schema.format === undefined || type === "null" ? type : `${type} (${schema.format})`;
}

/** A keyword and how it is said. */
const SAID = /** @type {const} */ ({
  minLength: "at least # characters",
  maxLength: "at most # characters",
  minimum: "at least #",
  maximum: "at most #",
  exclusiveMinimum: "more than #",
  exclusiveMaximum: "less than #",
  multipleOf: "a multiple of #",
  minItems: "at least # items",
  maxItems: "at most # items",
  minProperties: "at least # members",
  maxProperties: "at most # members",
  pattern: "matches `#`",
});

const NOT_EMPTY = new Set(["minLength", "minItems", "minProperties"]);

/**
 * Limits, values and defaults, each in the Markdown of `inline`.
 * @param {OpenApi} api
 * @param {Schema | undefined} reference
 * @returns {string[]}
 */
export function factsOf(api, reference) {
  if (typeof reference !== "object") return [];
  const schema = followed(api, reference);
  const facts = [];
  if (schema.enum !== undefined) facts.push(`one of ${schema.enum.map(quoted).join(", ")}`);
  for (const [keyword, words] of Object.entries(SAID)) {
    const value = schema[/** @type {keyof typeof SAID} */ (keyword)];
    if (value === 1 && NOT_EMPTY.has(keyword)) facts.push("not empty");
    else if (value !== undefined) facts.push(words.replace("#", () => String(value)));
  }
  if (schema.uniqueItems === true) facts.push("no two items the same");
  if (schema.default !== undefined) facts.push(`default ${quoted(schema.default)}`);
  if (schema.readOnly === true) facts.push("set by the server");
  if (schema.writeOnly === true) facts.push("never sent back");
  if (typeof schema.items === "object" && typesOf(schema).includes("array")) {
    facts.push(...factsOf(api, schema.items).map((fact) => `each: ${fact}`));
  }
  return facts;
}

/** @param {unknown} value */
function quoted(value) {
  return `\`${JSON.stringify(value)}\``;
}
