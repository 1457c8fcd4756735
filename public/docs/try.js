import { answerView, failureView } from "./answer.js";
import { confirmed } from "./confirm.js";
import { credentialField } from "./credential-view.js";
import { authorization, missCredential, onCredential, refuseCredential, scheme } from "./credential.js";
import { element } from "./element.js";
import { bodyField, parameterField, row } from "./fields.js";
import { inline } from "./markdown.js";
import { followed } from "./openapi.js";
import { requestOf } from "./request.js";
import { credentialKind } from "./security.js";
import { snippetView } from "./snippet-view.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").Parameter} Parameter */
/** @typedef {import("./operations.js").Described} Described */
/** @typedef {import("./request.js").Request} Request */
/** @typedef {import("./snippets.js").Scheme} Scheme */
/** @typedef {import("./element.js").Child} Child */

const PATIENCE_MS = 30_000;
/** Optional parameters that are shown at once. */
const FEW = 4;

/**
 * A form that sends the operation to this server and shows what comes back.
 * @param {OpenApi} api
 * @param {Described} described
 */
export function tryView(api, described) {
  const { id, method, operation } = described;
  const parameters = described.parameters
    .filter((parameter) => parameter.in !== "cookie")
    .map((parameter) => ({ parameter, field: parameterField(api, `${id}-in`, parameter) }));
  const body =
    operation.requestBody === undefined
      ? null
      : bodyField(api, `${id}-in`, followed(api, operation.requestBody));
  const credential = credentialOf(api, described);
  const built = () =>
    requestOf(
      described,
      parameters.flatMap(({ field }) => field.read()),
      body?.read() ?? null,
    );

  const snippet = snippetView(() => ({ request: built(), scheme: credential.scheme() }));
  onCredential(snippet.update);

  const result = element("div", { class: "result" });
  const status = element("p", { class: "state", role: "status" });
  const send = element("button", { type: "submit", class: "send" }, `Send ${method}`);
  let waiting = false;
  const say = (/** @type {Child[]} */ said) =>
    status.replaceChildren(...said.filter((child) => child !== null));
  async function submit() {
    const request = built();
    const missing = credential.missing();
    if (missing !== null) return say(inline(missing));
    if (method === "DELETE" && !(await confirmed(request.target))) return say(["Nothing was sent."]);
    say(["Waiting for the answer …"]);
    const answer = await sent(api, described, request, credential.header());
    if (answer.status === 401) credential.refuse();
    result.replaceChildren(...answer.view);
    say(answer.said);
  }
  return element(
    "form",
    {
      class: "try",
      autocomplete: "off",
      oninput: snippet.update,
      onchange: snippet.update,
      onsubmit: (event) => {
        event.preventDefault();
        if (waiting) return;
        waiting = true;
        void submit().finally(() => (waiting = false));
      },
    },
    ...parameterGroups(parameters),
    body?.view ?? null,
    credential.view,
    element("div", { class: "sending" }, send, status),
    result,
    element("p", { class: "media" }, "The same as code"),
    snippet.view,
  );
}

/**
 * Many optional parameters fold away, named by what unfolds them.
 * @param {{ parameter: Parameter, field: { view: HTMLElement } }[]} parameters
 */
function parameterGroups(parameters) {
  const optional = parameters.filter(({ parameter }) => parameter.required !== true);
  const folded = optional.length > FEW ? optional : [];
  const plain = parameters.filter((one) => !folded.includes(one));
  const names = folded.slice(0, FEW).map(({ parameter }) => parameter.name);
  const title = `Optional: ${names.join(", ")} and ${folded.length - FEW} more`;
  return [
    plain.length === 0 ? null : fieldGroup(plain),
    folded.length === 0 ? null : element("details", {}, element("summary", {}, title), fieldGroup(folded)),
  ];
}

/** @param {{ field: { view: HTMLElement } }[]} parameters */
function fieldGroup(parameters) {
  return element("div", { class: "fields" }, ...parameters.map(({ field }) => field.view));
}

/**
 * @param {OpenApi} api
 * @param {Described} described
 * @param {Request} request
 * @param {string | null} credential
 */
async function sent(api, described, { method, target, headers, body }, credential) {
  const all = new Headers(headers);
  if (credential !== null) all.set("Authorization", credential);
  // Without it a browser asks for an answer past every cache, and what it shows is not what an agent gets.
  if (!all.has("Cache-Control")) all.set("Cache-Control", "max-age=0");
  /** @type {RequestInit} */
  const init = {
    method,
    headers: all,
    body,
    // Nothing of an answer is left on the disk.
    cache: "no-store",
    credentials: "omit",
    // A redirect leads to another host, where the page does not go.
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  };
  const started = performance.now();
  try {
    const response = await fetch(target, init);
    const text = await response.text();
    const ms = performance.now() - started;
    return { ...answerView(api, described, response, text, ms), status: response.status };
  } catch (error) {
    return { ...failureView(error), status: null };
  }
}

/**
 * @typedef {object} Credential
 * @property {HTMLElement | null} view where it is given
 * @property {() => string | null} header the value of Authorization
 * @property {() => Scheme} scheme
 * @property {() => string | null} missing what to say where there is none, in the Markdown of `inline`
 * @property {() => void} refuse told that the server answered 401
 */

/** @type {Credential} */
const NO_CREDENTIAL = {
  view: null,
  header: () => null,
  scheme: () => null,
  missing: () => null,
  refuse: () => undefined,
};

/**
 * The credential that the operation needs.
 * @param {OpenApi} api
 * @param {Described} described
 * @returns {Credential}
 */
function credentialOf(api, { id, operation }) {
  const kind = credentialKind(api, operation.security ?? []);
  if (kind === "basic") return basicCredential(id);
  if (kind === "none") return NO_CREDENTIAL;
  const field = credentialField(`${id}-credential`);
  return {
    view: element("div", { class: "fields" }, field),
    header: authorization,
    scheme: () => scheme() ?? "Bearer",
    missing() {
      if (authorization() !== null) return null;
      field.querySelector("input")?.focus();
      return missCredential();
    },
    refuse: refuseCredential,
  };
}

/**
 * @param {string} id of the operation
 * @returns {Credential}
 */
function basicCredential(id) {
  const user = element("input", { id: `${id}-user`, type: "text", autocomplete: "off", spellcheck: "false" });
  const password = element("input", { id: `${id}-password`, type: "password", autocomplete: "off" });
  const view = element(
    "div",
    { class: "fields" },
    row(user, ["Name of the key"]),
    row(password, ["The key"]),
  );
  const header = () => {
    if (user.value === "" && password.value === "") return null;
    const bytes = new TextEncoder().encode(`${user.value}:${password.value}`);
    return `Basic ${btoa(String.fromCharCode(...bytes))}`;
  };
  const missing = () => (header() === null ? "Type the name of a key and the key first." : null);
  return { view, header, scheme: () => "Basic", missing, refuse: () => undefined };
}
