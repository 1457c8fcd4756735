import { contentView } from "./content.js";
import { code, element } from "./element.js";
import { inline } from "./markdown.js";
import { followed } from "./openapi.js";
import { saidOf, schemaOf, table } from "./parameters.js";
import { typeWords } from "./type-words.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").DescribedResponse} DescribedResponse */

/**
 * The responses of an operation by status; each unfolds.
 * @param {OpenApi} api
 * @param {Record<string, DescribedResponse>} responses
 */
export function responsesView(api, responses) {
  const rows = Object.entries(responses).map(([status, reference]) => {
    const response = followed(api, reference);
    const inside = [...contentView(api, response.content), ...headersOf(api, response)];
    const line = [statusMark(status), element("span", {}, ...inline(response.description))];
    if (inside.length === 0) return element("div", { class: "response bare" }, ...line);
    return element("details", { class: "response" }, element("summary", {}, ...line), ...inside);
  });
  return element("div", {}, ...rows);
}

/**
 * A status, coloured by its class.
 * @param {string} status `200`, `4XX` or `default`
 */
export function statusMark(status) {
  return element("span", { class: `status of-${status.slice(0, 1)}` }, status);
}

/**
 * @param {OpenApi} api
 * @param {DescribedResponse} response
 */
function headersOf(api, response) {
  const headers = Object.entries(response.headers ?? {});
  if (headers.length === 0) return [];
  const rows = headers.map(([name, reference]) => {
    const header = followed(api, reference);
    return [[code(name)], [typeWords(api, schemaOf(header))], saidOf(api, header)];
  });
  const listed = table(["Name", "Type", "Description"], rows);
  return [element("details", {}, element("summary", {}, `${headers.length} headers`), listed)];
}
