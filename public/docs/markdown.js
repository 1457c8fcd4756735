// The little of Markdown that descriptions use: paragraphs, lists, fenced code, `code`, **strong** and links.
import { code, element } from "./element.js";

/** @typedef {import("./element.js").Child} Child */

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
const ITEM = /^\s*(?:[-*]|\d+\.)\s+/;

/**
 * @param {string | undefined} text
 * @returns {HTMLElement[]} blocks
 */
export function markdown(text) {
  if (text === undefined) return [];
  const parts = text.trim().split(/^```.*$/m);
  return parts.flatMap((part, index) => (index % 2 === 1 ? fenced(part) : blocks(part)));
}

/**
 * The same in one line, for tables and lists.
 * @param {string | undefined} text
 * @returns {Child[]}
 */
export function inline(text = "") {
  /** @type {Child[]} */
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, verbatim, strong, label, target] = match;
    nodes.push(text.slice(end, match.index));
    if (verbatim !== undefined) nodes.push(code(verbatim));
    else if (strong !== undefined) nodes.push(element("strong", {}, strong));
    else nodes.push(link(label ?? "", target ?? ""));
    end = match.index + whole.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

/**
 * @param {string} text
 * @returns {HTMLElement[]}
 */
function fenced(text) {
  return [element("pre", {}, code(text.trim()))];
}

/**
 * @param {string} text without fences
 * @returns {HTMLElement[]}
 */
function blocks(text) {
  /** @type {string[][]} */
  const found = [];
  let open = false;
  for (const line of text.split("\n")) {
    const begins = ITEM.test(line) && !ITEM.test(found.at(-1)?.[0] ?? "");
    if (line.trim() === "") open = false;
    else if (open && !begins) found.at(-1)?.push(line);
    else open = found.push([line]) > 0;
  }
  return found.map((lines) => {
    const block = lines.join("\n");
    return ITEM.test(block) ? list(block) : element("p", {}, ...inline(block));
  });
}

/** @param {string} block lines of which the first begins an item; a line that begins none belongs to the one above */
function list(block) {
  const items = block.trim().split(/\n(?=\s*(?:[-*]|\d+\.)\s)/);
  const tag = /^\s*\d/.test(block) ? "ol" : "ul";
  return element(tag, {}, ...items.map((item) => element("li", {}, ...inline(item.replace(ITEM, "")))));
}

/**
 * A link stays on this site or is https; anything else is shown as text.
 * @param {string} label
 * @param {string} target
 */
function link(label, target) {
  const url = URL.canParse(target, location.href) ? new URL(target, location.href) : null;
  if (url === null || (url.origin !== location.origin && url.protocol !== "https:")) {
    return `${label} (${target})`;
  }
  return element("a", { href: url.href }, ...inline(label));
}
