// The page at /docs: shows /openapi.json of the server it came from, and lets its operations be tried.
import { credentialView } from "./credential-view.js";
import { code, element } from "./element.js";
import { followLinks } from "./links.js";
import { markdown } from "./markdown.js";
import { navigationView } from "./navigation.js";
import { operationView } from "./operation.js";
import { sectionsOf } from "./operations.js";
import { startView } from "./start.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./operations.js").Section} Section */

const DESCRIPTION = "/openapi.json";

const main = place("main");
const nav = place("nav");

await show();

async function show() {
  main.setAttribute("aria-busy", "true");
  try {
    render(await loaded());
  } catch (error) {
    main.replaceChildren(failure(error));
  }
  main.removeAttribute("aria-busy");
}

/** @returns {Promise<OpenApi>} */
async function loaded() {
  const response = await fetch(DESCRIPTION);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return /** @type {OpenApi} */ (await response.json());
}

/** @param {OpenApi} api */
function render(api) {
  const sections = sectionsOf(api);
  const views = sections.map((section) => ({ section, view: sectionView(api, section) }));
  const preface = [startView(api, sections), about(api)].filter((view) => view !== null);
  const navigation = navigationView(sections, (shown) => {
    // A filter looks for operations: they are to be in sight.
    const isNarrow = !sections.flatMap(({ operations }) => operations).every(shown);
    for (const view of preface) view.hidden = isNarrow;
    for (const { section, view } of views) {
      for (const operation of section.operations) place(operation.id).hidden = !shown(operation);
      view.hidden = !section.operations.some(shown);
    }
  });
  main.replaceChildren(
    heading(api),
    element("div", { class: "first" }, credentialView(api), ...preface.slice(0, -1)),
    ...preface.slice(-1),
    ...views.map(({ view }) => view),
  );
  nav.replaceChildren(...navigation.view);
  document.title = `${api.info.title} API`;
  followLinks(navigation.clear);
}

/** @param {OpenApi} api */
function heading({ info }) {
  const version = element("span", { class: "version" }, info.version);
  return element("header", {}, element("h1", {}, info.title, " ", version));
}

/**
 * What holds for every operation.
 * @param {OpenApi} api
 */
function about({ info, openapi }) {
  return element(
    "section",
    { class: "introduction" },
    element("h2", {}, "About this API"),
    ...markdown(info.description ?? info.summary),
    element(
      "p",
      { class: "state" },
      `OpenAPI ${openapi}: `,
      element("a", { href: DESCRIPTION }, code(DESCRIPTION)),
    ),
  );
}

/**
 * @param {OpenApi} api
 * @param {Section} section
 */
function sectionView(api, { name, description, operations }) {
  return element(
    "section",
    {},
    element("h2", {}, name),
    ...markdown(description),
    ...operations.map((described) => operationView(api, described)),
  );
}

/** @param {unknown} error */
function failure(error) {
  const why = error instanceof Error ? error.message : String(error);
  return element(
    "div",
    { class: "failure", role: "alert" },
    element("h1", {}, "The description could not be loaded"),
    element("p", {}, element("a", { href: DESCRIPTION }, code(DESCRIPTION)), `: ${why}.`),
    element("button", { type: "button", onclick: () => void show() }, "Try again"),
  );
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function place(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}
