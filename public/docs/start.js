import { element } from "./element.js";
import { inline } from "./markdown.js";
import { methodMark, pathView } from "./operation.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./operations.js").Section} Section */

/**
 * The operations to begin with; null where the document names none.
 * @param {OpenApi} api
 * @param {Section[]} sections
 */
export function startView(api, sections) {
  const all = sections.flatMap(({ operations }) => operations);
  const items = (api["x-start-here"] ?? []).flatMap((id) => {
    const described = all.find((each) => each.id === id);
    if (described === undefined) return [];
    const { method, path, operation } = described;
    return element(
      "li",
      {},
      element("a", { href: `#${id}` }, ...inline(operation.summary ?? path)),
      element("span", { class: "address" }, methodMark(method), pathView(path)),
    );
  });
  if (items.length === 0) return null;
  return element(
    "section",
    { class: "start", "aria-labelledby": "start-title" },
    element("h2", { id: "start-title" }, "Start here"),
    element("ol", {}, ...items),
  );
}
