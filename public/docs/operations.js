// The document's operations as the page shows them: one by one, under their tag.
import { followed } from "./openapi.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").Operation} Operation */
/** @typedef {import("./openapi.js").Parameter} Parameter */

/**
 * @typedef {object} Described
 * @property {string} id what the address ends in after `#`
 * @property {string} method upper case
 * @property {string} path with `{parameters}`
 * @property {Operation} operation with the document's security, if it has none of its own
 * @property {Parameter[]} parameters its own and its path's
 */

/** @typedef {{ name: string, description?: string | undefined, operations: Described[] }} Section */

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/**
 * Sections in the order of the document's tags; what has no tag comes last.
 * @param {OpenApi} api
 * @returns {Section[]}
 */
export function sectionsOf(api) {
  /** @type {Map<string, Section>} */
  const sections = new Map((api.tags ?? []).map((tag) => [tag.name, { ...tag, operations: [] }]));
  for (const described of operationsOf(api)) {
    const name = described.operation.tags?.[0] ?? "Other";
    const section = sections.get(name) ?? { name, operations: [] };
    section.operations.push(described);
    sections.set(name, section);
  }
  return [...sections.values()].filter(({ operations }) => operations.length > 0);
}

/**
 * @param {OpenApi} api
 * @returns {Described[]}
 */
function operationsOf(api) {
  return Object.entries(api.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      return {
        id: operation.operationId ?? `${method}-${path.replaceAll(/\W+/g, "-")}`,
        method: method.toUpperCase(),
        path,
        operation: { ...operation, security: operation.security ?? api.security ?? [] },
        parameters: merged(api, item.parameters ?? [], operation.parameters ?? []),
      };
    }),
  );
}

/**
 * A parameter of the operation replaces that of the path with its name and place.
 * @param {OpenApi} api
 * @param {...Parameter[]} lists
 */
function merged(api, ...lists) {
  /** @type {Map<string, Parameter>} */
  const found = new Map();
  for (const reference of lists.flat()) {
    const parameter = followed(api, reference);
    found.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  return [...found.values()];
}
