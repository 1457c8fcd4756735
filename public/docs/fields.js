// Inputs for the parameters and the body of an operation.
import { code, element } from "./element.js";
import { followed } from "./openapi.js";
import { schemaOf } from "./parameters.js";
import { examplesOf, sample, textOf } from "./sample.js";
import { typesOf } from "./type-words.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").Parameter} Parameter */
/** @typedef {import("./openapi.js").RequestBody} RequestBody */
/** @typedef {import("./openapi.js").SchemaObject} SchemaObject */
/** @typedef {import("./request.js").Filled} Filled */

/**
 * @template Value
 * @typedef {{ view: HTMLElement, read: () => Value }} Field
 */

/**
 * @param {OpenApi} api
 * @param {string} prefix of ids
 * @param {Parameter} parameter
 * @returns {Field<Filled[]>}
 */
export function parameterField(api, prefix, parameter) {
  const { name, required = false } = parameter;
  const reference = schemaOf(parameter);
  const schema = typeof reference === "object" ? followed(api, reference) : {};
  const id = `${prefix}-${parameter.in}-${name}`;
  const example = exampleOf(api, parameter);
  const [type = "string"] = typesOf(schema);
  const common = { id, name, required };
  const filled = (/** @type {string} */ value, of = name) => ({ in: parameter.in, name: of, value });
  const several = parameter.in === "query" && parameter.explode !== false;
  if (several && (type === "object" || type === "array")) {
    const pairs = type === "object";
    const area = element("textarea", { ...common, rows: 2, spellcheck: "false", placeholder: eg(example) });
    const read = () =>
      linesOf(area.value).map((line) => {
        const [key = "", ...rest] = line.split("=");
        return pairs ? filled(rest.join("="), key) : filled(line);
      });
    return { view: labelled(parameter, area, pairs ? "name=value, one a line" : "one a line"), read };
  }
  const input = choices(schema) ?? textInput(type, required ? example : "", example);
  for (const [attribute, value] of Object.entries({ id, name })) input.setAttribute(attribute, value);
  input.toggleAttribute("required", required);
  if (parameter.in === "path") {
    // A URL cannot hold them: who parses it takes them for steps through folders.
    input.setAttribute("pattern", "(?!\\.{1,2}$).*");
    input.setAttribute("title", "anything but . and ..");
  }
  const view = labelled(parameter, input, type === "array" ? "divided by commas" : "");
  return { view, read: () => (input.value === "" ? [] : [filled(input.value)]) };
}

/**
 * @param {OpenApi} api
 * @param {string} prefix
 * @param {RequestBody} body
 * @returns {Field<{ type: string, text: string }>}
 */
export function bodyField(api, prefix, body) {
  const content = body.content ?? {};
  const types = Object.keys(content);
  const type = select(`${prefix}-type`, types);
  const area = element("textarea", {
    id: `${prefix}-body`,
    rows: 12,
    spellcheck: "false",
    autocapitalize: "off",
  });
  const example = select(`${prefix}-example`, []);
  const examples = () => examplesOf(api, content[type.value] ?? {});
  const fill = () => (area.value = textOf(examples()[Number(example.value)]?.value ?? ""));
  const offer = () => {
    const titles = examples().map(({ title }, index) => element("option", { value: index }, title));
    example.replaceChildren(...titles);
    fill();
  };
  type.addEventListener("change", offer);
  example.addEventListener("change", fill);
  offer();
  const rows = [
    types.length > 1 ? row(type, ["Content-Type"]) : null,
    example.options.length > 1 ? row(example, ["Example to start from"]) : null,
    row(area, [body.required === true ? "Body" : "Body (empty: none is sent)"]),
  ];
  const view = element("div", { class: "fields" }, ...rows);
  return { view, read: () => ({ type: type.value, text: area.value }) };
}

/**
 * An input under its label.
 * @param {HTMLElement} input with an id
 * @param {import("./element.js").Child[]} label
 */
export function row(input, label) {
  return element("div", { class: "row" }, element("label", { for: input.id }, ...label), input);
}

/**
 * @param {Parameter} parameter
 * @param {HTMLElement} input
 * @param {string} hint
 */
function labelled({ name, in: place, required = false }, input, hint) {
  const said = [place, ...(required ? ["required"] : []), ...(hint === "" ? [] : [hint])].join(", ");
  return row(input, [code(name), " ", element("span", { class: "hint" }, said)]);
}

/**
 * @param {OpenApi} api
 * @param {Parameter} parameter
 */
function exampleOf(api, parameter) {
  const { schema: _, ...media } = parameter;
  const [given] = examplesOf(api, media);
  const value = given?.value ?? sample(api, schemaOf(parameter));
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.join("\n");
  if (typeof value !== "object") return textOf(value);
  return Object.entries(value)
    .map((pair) => pair.join("="))
    .join("\n");
}

/** @param {SchemaObject} schema */
function choices(schema) {
  const values = schema.type === "boolean" ? [true, false] : schema.enum;
  return values === undefined ? null : select("", ["", ...values.map(String)]);
}

/**
 * @param {string} id
 * @param {string[]} values
 */
function select(id, values) {
  return element(
    "select",
    { id },
    ...values.map((value) => element("option", { value }, value === "" ? "(not sent)" : value)),
  );
}

/**
 * @param {string} type
 * @param {string} value
 * @param {string} example
 */
function textInput(type, value, example) {
  const inputmode = type === "integer" ? "numeric" : "text";
  const placeholder = value === "" ? eg(example) : "";
  return element("input", {
    type: "text",
    value,
    placeholder,
    inputmode,
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
  });
}

/** @param {string} example */
function eg(example) {
  return example === "" ? "" : `e.g. ${example}`;
}

/** @param {string} text */
function linesOf(text) {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
