import { element } from "./element.js";

const SHOWN_MS = 2000;

/**
 * @param {string} what is copied, for those who do not see where the button stands
 * @param {() => string} text
 */
export function copyButton(what, text) {
  const word = element("span", { "aria-live": "polite" }, "Copy");
  const say = (/** @type {string} */ answer) => {
    word.textContent = answer;
    setTimeout(() => (word.textContent = "Copy"), SHOWN_MS);
  };
  const unseen = element("span", { class: "unseen" }, ` ${what}`);
  return element(
    "button",
    { type: "button", class: "copy", onclick: () => void copied(text()).then(say) },
    word,
    unseen,
  );
}

/**
 * Without https or the person's leave there is no clipboard.
 * @param {string} text
 */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied";
  } catch {
    return "Select and copy by hand";
  }
}
