import { responsesView } from "./responses.js";
import { contentView } from "./content.js";
import { code, element } from "./element.js";
import { inline, markdown } from "./markdown.js";
import { followed } from "./openapi.js";
import { parameterTable } from "./parameters.js";
import { whoMayCall } from "./security.js";
import { tryView } from "./try.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./operations.js").Described} Described */

/**
 * An operation: a line that unfolds to all there is to know, and a way to try it.
 * @param {OpenApi} api
 * @param {Described} described
 */
export function operationView(api, described) {
  const { id, method, path, operation } = described;
  const title = element(
    "h3",
    {},
    element("span", { class: "title" }, ...inline(operation.summary ?? path)),
    operation.deprecated === true ? element("span", { class: "mark" }, "deprecated") : null,
    element("span", { class: "address" }, methodMark(method), pathView(path)),
  );
  const details = element("details", { class: "operation", id }, element("summary", {}, title));
  // A page of fifty operations is there at once if each is filled when it is first opened.
  details.addEventListener(
    "toggle",
    () => details.append(element("div", { class: "body" }, ...body(api, described))),
    { once: true },
  );
  return details;
}

/** @param {string} method */
export function methodMark(method) {
  return element("span", { class: `method ${method.toLowerCase()}` }, method);
}

/**
 * A path that may break after a slash, with its parameters set off.
 * @param {string} path
 */
export function pathView(path) {
  const parts = path
    .split(/(?<=\/)|(?=\{)|(?<=\})/)
    .flatMap((part) => [part.startsWith("{") ? element("var", {}, part) : part, element("wbr", {})]);
  return element("code", { class: "path" }, ...parts);
}

/**
 * @param {OpenApi} api
 * @param {Described} described
 */
function body(api, described) {
  const { id, operation, parameters } = described;
  const request = operation.requestBody === undefined ? null : followed(api, operation.requestBody);
  return [
    element(
      "div",
      { class: "asked" },
      ...markdown(operation.description),
      element("p", { class: "who" }, ...inline(whoMayCall(api, operation.security ?? []))),
      ...(parameters.length === 0 ? [] : [heading("Parameters"), parameterTable(api, parameters)]),
      ...(request === null
        ? []
        : [
            heading(request.required === true ? "Request body" : "Request body (optional)"),
            ...markdown(request.description),
            ...contentView(api, request.content),
          ]),
    ),
    element("div", { class: "trial" }, heading("Try it"), tryView(api, described)),
    element(
      "div",
      { class: "answers" },
      heading("Responses"),
      responsesView(api, operation.responses ?? {}),
      element(
        "p",
        { class: "link" },
        "Link to this operation: ",
        element("a", { href: `#${id}` }, code(`#${id}`)),
      ),
    ),
  ];
}

/** @param {string} text */
function heading(text) {
  return element("h4", {}, text);
}
