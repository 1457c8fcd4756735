// From what a person filled in to a request.

/** @typedef {import("./openapi.js").Parameter} Parameter */

/** @typedef {{ in: Parameter["in"], name: string, value: string }} Filled */

/**
 * @typedef {object} Request
 * @property {string} method
 * @property {string} target path and query
 * @property {[string, string][]} headers
 * @property {string | null} body
 */

/**
 * @param {{ method: string, path: string }} operation
 * @param {Filled[]} filled parameters without a value are left out
 * @param {{ type: string, text: string } | null} body
 * @returns {Request}
 */
export function requestOf({ method, path }, filled, body) {
  const of = (/** @type {Parameter["in"]} */ place) => filled.filter((parameter) => parameter.in === place);
  const way = of("path").reduce(
    (at, { name, value }) => at.replace(`{${name}}`, () => encodeURIComponent(value)),
    path,
  );
  const query = of("query").map(
    ({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  const headers = of("header").map(({ name, value }) => /** @type {[string, string]} */ ([name, value]));
  const sent = body === null || body.text === "" ? null : body;
  if (sent !== null) headers.push(["Content-Type", sent.type]);
  return {
    method,
    target: query.length === 0 ? way : `${way}?${query.join("&")}`,
    headers,
    body: sent === null ? null : sent.text,
  };
}
