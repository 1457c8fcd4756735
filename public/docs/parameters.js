import { code, element } from "./element.js";
import { inline } from "./markdown.js";
import { factsOf, typeWords } from "./type-words.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").Parameter} Parameter */
/** @typedef {import("./openapi.js").Schema} Schema */
/** @typedef {import("./element.js").Child} Child */

/** @typedef {Pick<Parameter, "description" | "required" | "schema" | "content">} Valued a parameter or header */

/**
 * @param {OpenApi} api
 * @param {Parameter[]} parameters
 */
export function parameterTable(api, parameters) {
  return table(
    ["Name", "In", "Type", "Required", "Description"],
    parameters.map((parameter) => [
      [code(parameter.name)],
      [parameter.in],
      [typeWords(api, schemaOf(parameter))],
      [parameter.required === true ? "yes" : "no"],
      saidOf(api, parameter),
    ]),
  );
}

/**
 * A table that is read row by row where it is narrow. Roles are said, since a changed `display` takes them away.
 * @param {string[]} columns
 * @param {Child[][][]} rows
 */
export function table(columns, rows) {
  const heads = columns.map((column) => element("th", { role: "columnheader", scope: "col" }, column));
  const lines = rows.map((cells) =>
    element(
      "tr",
      { role: "row" },
      ...cells.map((cell, index) =>
        element("td", { role: "cell", "data-column": columns[index] ?? "" }, element("div", {}, ...cell)),
      ),
    ),
  );
  return element(
    "table",
    { role: "table" },
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)),
    element("tbody", { role: "rowgroup" }, ...lines),
  );
}

/**
 * What is said of a value, and its limits.
 * @param {OpenApi} api
 * @param {Valued} valued
 * @returns {Child[]}
 */
export function saidOf(api, valued) {
  const facts = factsOf(api, schemaOf(valued));
  return [
    ...inline(valued.description),
    facts.length === 0 ? null : element("div", { class: "facts" }, ...inline(facts.join("; "))),
  ];
}

/**
 * @param {Valued} valued
 * @returns {Schema | undefined}
 */
export function schemaOf(valued) {
  return valued.schema ?? Object.values(valued.content ?? {})[0]?.schema;
}
