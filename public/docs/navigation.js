import { element } from "./element.js";
import { inline } from "./markdown.js";
import { methodMark } from "./operation.js";

/** @typedef {import("./operations.js").Described} Described */
/** @typedef {import("./operations.js").Section} Section */

/**
 * The contents, under a filter that narrows both them and the page.
 * @param {Section[]} sections
 * @param {(shown: (described: Described) => boolean) => void} narrow told which operations are to be seen
 */
export function navigationView(sections, narrow) {
  const all = sections.flatMap(({ operations }) => operations);
  const links = new Map(all.map((described) => [described, linkTo(described)]));
  const lists = sections.map(({ name, operations }) => {
    const items = operations.flatMap((described) => links.get(described) ?? []);
    return element("li", {}, element("span", { class: "tag" }, name), element("ul", {}, ...items));
  });
  const count = element("p", { class: "state", role: "status" }, countOf(all.length, all.length));
  const filter = element("input", {
    id: "filter",
    type: "search",
    placeholder: "Title, path, status …",
    autocomplete: "off",
    spellcheck: "false",
    oninput: apply,
  });
  function apply() {
    const shown = matcher(filter.value);
    for (const [described, item] of links) item.hidden = !shown(described);
    for (const list of lists) list.hidden = list.querySelector("li:not([hidden])") === null;
    count.textContent = countOf(all.filter(shown).length, all.length);
    count.classList.toggle("narrowed", filter.value !== "");
    narrow(shown);
  }
  const contents = element(
    "details",
    { class: "contents" },
    element("summary", {}, "Contents"),
    element("ul", {}, ...lists),
  );
  unfoldWhereWide(contents);
  const field = element(
    "div",
    { class: "filter" },
    element("label", { for: "filter", class: "unseen" }, "Filter operations"),
    filter,
    count,
  );
  const clear = () => {
    filter.value = "";
    apply();
  };
  return { view: [field, contents], clear };
}

/** @param {Described} described */
function linkTo({ id, method, path, operation }) {
  const words = inline(operation.summary ?? path).map((node) =>
    node instanceof HTMLAnchorElement ? node.text : node,
  );
  return element(
    "li",
    {},
    element("a", { href: `#${id}` }, methodMark(method), element("span", {}, ...words)),
  );
}

/**
 * Every word of the filter has to be found: in a title, method, path, tag, name of a parameter, or status.
 * @param {string} filter
 * @returns {(described: Described) => boolean}
 */
function matcher(filter) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return ({ id, method, path, operation, parameters }) => {
    const { summary = "", tags = [], responses = {} } = operation;
    const names = parameters.map(({ name }) => name);
    const text = [id, method, path, summary, ...tags, ...names, ...Object.keys(responses)]
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

/**
 * @param {number} shown
 * @param {number} all
 */
function countOf(shown, all) {
  if (shown === 0) return "No operation matches.";
  return shown === all ? `${all} operations` : `${shown} of ${all} operations`;
}

/**
 * Beside the page the contents are always unfolded; above it, on a phone, they fold again once a link is taken.
 * @param {HTMLDetailsElement} contents
 */
function unfoldWhereWide(contents) {
  const wide = matchMedia("(min-width: 60rem)");
  const follow = () => (contents.open = wide.matches);
  wide.addEventListener("change", follow);
  contents.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a") !== null) follow();
  });
  follow();
}
