import { answerView, failureView } from "./answer.js";
import { copyButton } from "./copy.js";
import { credentialField } from "./credential-view.js";
import { authorization, onCredential, scheme } from "./credential.js";
import { element } from "./element.js";
import { bodyField, parameterField, row } from "./fields.js";
import { followed } from "./openapi.js";
import { curlLine, requestOf } from "./request.js";
import { credentialKind } from "./security.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").Parameter} Parameter */
/** @typedef {import("./operations.js").Described} Described */
/** @typedef {import("./request.js").Request} Request */

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

  const line = element("code", {});
  const tellCurl = () => (line.textContent = curlLine(built(), location.origin, credential.curl()));
  onCredential(tellCurl);

  const result = element("div", { class: "result" });
  const status = element("p", { class: "state", role: "status" });
  const send = element("button", { type: "submit", class: "send" }, `Send ${method}`);
  let waiting = false;
  async function submit() {
    if (waiting) return;
    waiting = true;
    status.textContent = "Waiting for the answer …";
    const answer = await sent(api, described, built(), credential.header());
    result.replaceChildren(...answer.view);
    status.replaceChildren(...answer.said);
    waiting = false;
  }
  return element(
    "form",
    {
      class: "try",
      autocomplete: "off",
      oninput: tellCurl,
      onchange: tellCurl,
      onsubmit: (event) => {
        event.preventDefault();
        void submit();
      },
    },
    ...parameterGroups(parameters),
    body?.view ?? null,
    credential.view,
    element("div", { class: "sending" }, send, status),
    result,
    element("p", { class: "media" }, "The same with curl"),
    element(
      "div",
      { class: "code curl" },
      element("pre", {}, line),
      copyButton("curl line", () => line.textContent),
    ),
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
    return answerView(api, described, response, text, performance.now() - started);
  } catch (error) {
    return failureView(error);
  }
}

/**
 * How the operation's credential is shown, sent and written for curl.
 * @param {OpenApi} api
 * @param {Described} described
 */
function credentialOf(api, { id, operation }) {
  const kind = credentialKind(api, operation.security ?? []);
  if (kind === "none") return { view: null, header: () => null, curl: () => null };
  if (kind === "basic") return basicCredential(id);
  const view = element("div", { class: "fields" }, credentialField(`${id}-credential`));
  return { view, header: authorization, curl: tokenOption };
}

function tokenOption() {
  return scheme() === "Key"
    ? '-H "Authorization: Key $SENSU_API_KEY"'
    : '-H "Authorization: Bearer $SENSU_TOKEN"';
}

/** @param {string} id of the operation */
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
  return { view, header, curl: () => '-u "$SENSU_USER:$SENSU_API_KEY"' };
}
