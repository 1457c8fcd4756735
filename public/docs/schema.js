// A schema as a list of members; what lies deeper unfolds.
import { code, element } from "./element.js";
import { inline } from "./markdown.js";
import { followed, nameOf } from "./openapi.js";
import { factsOf, typeWords } from "./type-words.js";

/** @typedef {import("./element.js").Child} Child */
/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").Schema} Schema */
/** @typedef {import("./openapi.js").SchemaObject} SchemaObject */

/**
 * @typedef {object} Place where in the tree a schema stands
 * @property {OpenApi} api
 * @property {readonly string[]} above the references that were followed to here: one of them again is not followed
 */

/**
 * @param {OpenApi} api
 * @param {Schema | undefined} schema
 */
export function schemaView(api, schema) {
  const place = { api, above: [] };
  return element("div", { class: "schema" }, ...head(place, schema), ...inside(place, schema));
}

/**
 * The type, and what is said of it.
 * @param {Place} place
 * @param {Schema | undefined} schema
 */
function head({ api }, schema) {
  const { description, deprecated } = typeof schema === "object" ? followed(api, schema) : {};
  const facts = factsOf(api, schema);
  const said = [element("span", { class: "type" }, typeWords(api, schema))];
  if (deprecated === true) said.push(element("span", { class: "mark" }, "deprecated"));
  if (description !== undefined) said.push(element("div", { class: "said" }, ...inline(description)));
  if (facts.length > 0) said.push(element("div", { class: "facts" }, ...inline(facts.join("; "))));
  return said;
}

/**
 * What the schema consists of: members, alternatives, items.
 * @param {Place} place
 * @param {Schema | undefined} reference
 * @returns {HTMLElement[]}
 */
function inside(place, reference) {
  if (typeof reference !== "object") return [];
  const { $ref } = reference;
  if ($ref !== undefined && place.above.includes($ref)) {
    return [element("p", { class: "facts" }, `${nameOf($ref)}: as above.`)];
  }
  const schema = followed(place.api, reference);
  const below = $ref === undefined ? place : { ...place, above: [...place.above, $ref] };
  return [
    ...parts(below, "All of", schema.allOf),
    ...members(below, schema),
    ...parts(below, "One of", schema.oneOf),
    ...parts(below, "Any of", schema.anyOf),
    ...parts(below, "Not", schema.not === undefined ? undefined : [schema.not]),
    ...parts(below, "In this order", schema.prefixItems),
    ...inside(below, schema.items),
  ];
}

/**
 * @param {Place} place
 * @param {SchemaObject} schema
 */
function members(place, schema) {
  const { properties = {}, patternProperties = {}, additionalProperties: others } = schema;
  const required = new Set(schema.required);
  const rows = [
    ...Object.entries(properties).map(([name, member]) => row(place, code(name), member, required.has(name))),
    ...Object.entries(patternProperties).map(([pattern, member]) =>
      row(place, element("span", {}, "names like ", code(pattern)), member),
    ),
  ];
  if (typeof others === "object" && !(rows.length === 0 && isPlain(place, others))) {
    rows.push(row(place, element("em", {}, "any name"), others));
  }
  if (rows.length > 0 && others === false) {
    rows.push(element("li", { class: "facts" }, "No other members."));
  }
  return rows.length === 0 ? [] : [element("ul", { class: "members" }, ...rows)];
}

/**
 * Its type says all there is to say of it.
 * @param {Place} place
 * @param {Schema} schema
 */
function isPlain(place, schema) {
  return head(place, schema).length === 1 && inside(place, schema).length === 0;
}

/**
 * @param {Place} place
 * @param {string} title
 * @param {Schema[]} [schemas]
 */
function parts(place, title, schemas = []) {
  const found = schemas.map((schema) => ({ schema, deeper: inside(place, schema) }));
  // Of alternatives without members, limits and words of their own the type has said everything.
  const plain = found.every(({ schema, deeper }) => deeper.length === 0 && head(place, schema).length === 1);
  if (plain) return [];
  const rows = found.map(({ schema, deeper }) => item([], head(place, schema), schema, deeper));
  return [element("p", { class: "facts" }, `${title}:`), element("ul", { class: "members" }, ...rows)];
}

/**
 * @param {Place} place
 * @param {HTMLElement} name
 * @param {Schema} schema
 * @param {boolean} [required]
 */
function row(place, name, schema, required = false) {
  const mark = required ? [element("span", { class: "mark" }, "required"), " "] : [];
  return item([name, " ", ...mark], head(place, schema), schema, inside(place, schema));
}

/**
 * @param {Child[]} before
 * @param {Child[]} said
 * @param {Schema} schema
 * @param {HTMLElement[]} deeper
 */
function item(before, said, schema, deeper) {
  const unfolds = element("details", {}, element("summary", {}, unfolding(schema)), ...deeper);
  return element("li", {}, ...before, ...said, deeper.length === 0 ? null : unfolds);
}

/**
 * @param {Schema} schema
 * @returns {string}
 */
function unfolding(schema) {
  if (typeof schema !== "object") return "Inside";
  if (schema.$ref !== undefined) return `Inside ${nameOf(schema.$ref)}`;
  return schema.items === undefined ? "Inside" : unfolding(schema.items);
}
