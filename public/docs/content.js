import { copyButton } from "./copy.js";
import { code, element } from "./element.js";
import { jsonView } from "./json-view.js";
import { inline } from "./markdown.js";
import { examplesOf, textOf } from "./sample.js";
import { schemaView } from "./schema.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").Content} Content */

/**
 * What a body looks like, media type by media type: its schema beside its examples.
 * @param {OpenApi} api
 * @param {Content | undefined} content
 */
export function contentView(api, content = {}) {
  return Object.entries(content).map(([type, media]) =>
    element(
      "div",
      { class: "content" },
      element("p", { class: "media" }, code(type)),
      element(
        "div",
        { class: "pair" },
        media.schema === undefined ? null : schemaView(api, media.schema),
        ...examples(api, media),
      ),
    ),
  );
}

/**
 * One stands as it is; of several the first is open and the others unfold.
 * @param {OpenApi} api
 * @param {import("./openapi.js").Media} media
 */
function examples(api, media) {
  const shown = examplesOf(api, media);
  if (shown.length === 0) return [];
  const views = shown.map(({ title, description, value }, index) => {
    const block = codeBlock(textOf(value), `example: ${title}`);
    if (shown.length === 1) return block;
    const said = description === undefined ? null : element("p", {}, ...inline(description));
    return element("details", { open: index === 0 }, element("summary", {}, title), said, block);
  });
  return [element("div", { class: "examples" }, ...views)];
}

/**
 * Text to look at and to copy.
 * @param {string} text
 * @param {string} what the text is
 */
export function codeBlock(text, what) {
  const block = element("pre", {}, jsonView(text));
  return element(
    "div",
    { class: "code" },
    block,
    copyButton(what, () => block.textContent),
  );
}
