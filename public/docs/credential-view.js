import { complaint, credential, giveCredential, onCredential, scheme } from "./credential.js";
import { code, element } from "./element.js";
import { inline } from "./markdown.js";
import { followed } from "./openapi.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */

/**
 * Where a credential is given, and the kinds of which there are.
 * @param {OpenApi} api
 */
export function credentialView(api) {
  const promise =
    "It stays in this page's memory: never stored, never in an address, sent to this server alone and gone on reload.";
  return element(
    "section",
    { class: "credential", "aria-labelledby": "credential-title" },
    element("h2", { id: "credential-title" }, "Credential"),
    element("form", { onsubmit: (event) => event.preventDefault() }, credentialField("credential")),
    element("p", { class: "state" }, promise),
    schemes(api),
  );
}

/**
 * A field for the credential. However many there are, all show the same one.
 * @param {string} id
 */
export function credentialField(id) {
  const state = element("p", { class: "state", id: `${id}-state`, role: "status" });
  const input = element("input", {
    id,
    type: "password",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-describedby": `${id}-state`,
    oninput: () => giveCredential(input.value),
  });
  onCredential(() => {
    const how = scheme();
    const wrong = complaint();
    if (document.activeElement !== input) input.value = credential();
    input.setAttribute("aria-invalid", String(wrong !== null));
    state.classList.toggle("wrong", wrong !== null);
    if (wrong !== null) state.replaceChildren(...inline(wrong).filter((child) => child !== null));
    else if (how !== null) state.replaceChildren("Sent as ", code(`Authorization: ${how} …`));
    else state.replaceChildren("None yet: ", code("npm run token"), " prints one.");
  });
  return element(
    "div",
    { class: "row" },
    element("label", { for: id }, "Access token or API key"),
    element("div", { class: "field" }, input, revealButton(input)),
    state,
  );
}

/** @param {HTMLInputElement} input */
function revealButton(input) {
  const button = element(
    "button",
    {
      type: "button",
      "aria-pressed": "false",
      "aria-controls": input.id,
      onclick: () => {
        const hidden = input.type === "password";
        input.type = hidden ? "text" : "password";
        button.setAttribute("aria-pressed", String(hidden));
      },
    },
    "Show",
  );
  return button;
}

/** @param {OpenApi} api */
function schemes(api) {
  const all = Object.values(api.components?.securitySchemes ?? {}).map((reference) =>
    followed(api, reference),
  );
  if (all.length === 0) return null;
  const said = all.map(({ description, type, scheme: how }) =>
    element("li", {}, ...inline(description ?? how ?? type)),
  );
  return element("details", {}, element("summary", {}, "Kinds of credential"), element("ul", {}, ...said));
}
