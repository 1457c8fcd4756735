import { copyButton } from "./copy.js";
import { element } from "./element.js";
import { SNIPPETS } from "./snippets.js";

/** @typedef {import("./request.js").Request} Request */
/** @typedef {import("./snippets.js").Scheme} Scheme */

/** One language for every operation. */
let chosen = "curl";
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * The request as code, in the language that was chosen.
 * @param {() => { request: Request, scheme: Scheme }} current
 */
export function snippetView(current) {
  const line = element("code", {});
  const buttons = Object.keys(SNIPPETS).map((language) =>
    element(
      "button",
      {
        type: "button",
        onclick: () => {
          chosen = language;
          for (const listener of listeners) listener();
        },
      },
      language,
    ),
  );
  const update = () => {
    const { request, scheme } = current();
    line.textContent = SNIPPETS[chosen]?.(request, location.origin, scheme) ?? "";
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === chosen));
  };
  listeners.add(update);
  const view = element(
    "div",
    { class: "snippet" },
    element("div", { class: "languages", role: "group", "aria-label": "Language of the sample" }, ...buttons),
    element(
      "div",
      { class: "code" },
      element("pre", {}, line),
      copyButton("sample", () => line.textContent),
    ),
  );
  return { view, update };
}
