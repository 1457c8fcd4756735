/** @typedef {Node | string | null} Child */

/** @typedef {string | number | boolean | ((event: Event) => void)} Attribute a function listens: `onclick`, `oninput` */

/**
 * The one way the page makes elements. Text becomes text nodes and nothing else, so no description can bring markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} attributes true is an empty attribute, false is none
 * @param {...Child} children null is none
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * Code in running text.
 * @param {string} text
 */
export function code(text) {
  return element("code", {}, text);
}
