import { code, element } from "./element.js";

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d[\d.eE+-]*/g;

/**
 * Text as code; where it is JSON, member names, texts and other values are told apart by colour.
 * @param {string} text
 */
export function jsonView(text) {
  if (!/^\s*[[{]/.test(text)) return code(text);
  const view = code("");
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, quoted, colon] = match;
    const kind = quoted === undefined ? "value" : colon === undefined ? "text" : "name";
    view.append(text.slice(end, match.index), element("span", { class: `json-${kind}` }, whole));
    end = match.index + whole.length;
  }
  view.append(text.slice(end));
  return view;
}
