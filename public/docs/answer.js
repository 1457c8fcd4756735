// What came back, for people.
import { statusMark } from "./responses.js";
import { codeBlock } from "./content.js";
import { code, element } from "./element.js";
import { inline } from "./markdown.js";
import { followed } from "./openapi.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./operations.js").Described} Described */

/** @typedef {{ said: (Node | string)[], view: HTMLElement[] }} Outcome */

/** More than this a page cannot show and stay quick. */
const SHOWN_CHARACTERS = 200_000;

/**
 * @param {OpenApi} api
 * @param {Described} described
 * @param {Response} response
 * @param {string} text its body
 * @param {number} ms
 * @returns {Outcome}
 */
export function answerView(api, described, response, text, ms) {
  if (response.type === "opaqueredirect") {
    const why =
      "The answer is a redirect. A browser does not show a page where to; the curl line below does.";
    return { said: [statusMark("3xx"), why], view: [] };
  }
  const status = String(response.status);
  const responses = described.operation.responses ?? {};
  const known = responses[status] ?? responses[`${status.slice(0, 1)}XX`] ?? responses["default"];
  const meaning = known === undefined ? "This status is not described." : followed(api, known).description;
  const size = new TextEncoder().encode(text).length;
  const measured = `${Math.round(ms)} ms, ${size} bytes. `;
  return {
    said: [statusMark(status), measured, element("span", {}, ...inline(meaning))],
    view: [headersView(response), ...bodyView(text)],
  };
}

/**
 * @param {unknown} error what fetch threw
 * @returns {Outcome}
 */
export function failureView(error) {
  const late = error instanceof Error && error.name === "TimeoutError";
  const why = late
    ? "No answer came in time."
    : `Nothing was sent or nothing came back: is the server reachable? (${String(error)})`;
  return { said: [statusMark("failed"), why], view: [] };
}

/** @param {Response} response */
function headersView(response) {
  const lines = [...response.headers].map(([name, value]) =>
    element("li", {}, element("span", { class: "header" }, `${name}: `), code(value)),
  );
  return element(
    "details",
    {},
    element("summary", {}, `${lines.length} headers`),
    element("ul", { class: "headers" }, ...lines),
  );
}

/** @param {string} text */
function bodyView(text) {
  if (text === "") return [element("p", { class: "state" }, "The body is empty.")];
  const shown = pretty(text);
  const cut = shown.length > SHOWN_CHARACTERS;
  const note = `The first ${SHOWN_CHARACTERS} of ${shown.length} characters.`;
  return [
    codeBlock(cut ? shown.slice(0, SHOWN_CHARACTERS) : shown, "body"),
    ...(cut ? [element("p", { class: "state" }, note)] : []),
  ];
}

/** @param {string} text JSON is indented, anything else stays as it is */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
