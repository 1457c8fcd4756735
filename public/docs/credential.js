// The credential that requests carry. It lives in this module's memory: never in storage, never in an address.

const KEY_PREFIX = "sak_";
const KEY = /^sak_[0-9A-Za-z]{49}$/;
const TOKEN = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

const NEITHER =
  "This is neither an access token (three parts with dots between them) nor an API key (`sak_` and 49 letters and digits).";
const NONE = "Paste a token first: `npm run token` prints one.";
const REFUSED = "The server refused it: it is not valid here, or no longer.";

let given = "";
/**
 * What a request found wrong with it.
 * @type {string | null}
 */
let found = null;
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * @param {string} text a token or a key; what people copy along with it (`Bearer`, `Key`, `export ...=`) is dropped
 */
export function giveCredential(text) {
  given = text
    .trim()
    .replace(/^(?:export\s+)?\w+=/, "")
    .replace(/^(?:Bearer|Key)\s+/i, "");
  found = null;
  for (const listener of listeners) listener();
}

/**
 * @param {() => void} listener called now and after each change
 */
export function onCredential(listener) {
  listeners.add(listener);
  listener();
}

/** The token or key; empty without one. */
export function credential() {
  return given;
}

/**
 * Notes that a request needs a credential and there is none.
 * @returns {string} what to say, in the Markdown of `inline`
 */
export function missCredential() {
  return note(NONE);
}

/** Notes that the server answered 401 to the credential. */
export function refuseCredential() {
  if (given !== "") note(REFUSED);
}

/** @param {string} problem */
function note(problem) {
  found = problem;
  for (const listener of listeners) listener();
  return problem;
}

/**
 * What is wrong with the credential, in the Markdown of `inline`; null when nothing is known.
 * @returns {string | null}
 */
export function complaint() {
  if (found !== null) return found;
  if (given === "" || KEY.test(given)) return null;
  const expiry = expiryOf(given);
  if (expiry === null) return NEITHER;
  if (expiry * 1000 >= Date.now()) return null;
  return `This token expired on ${new Date(expiry * 1000).toLocaleString()}: \`npm run token\` prints another.`;
}

/**
 * When a token expires, in seconds since 1970; null for what is no token.
 * @param {string} token
 */
function expiryOf(token) {
  const [, claims = ""] = TOKEN.exec(token) ?? [];
  try {
    const { exp } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof exp === "number" ? exp : null;
  } catch {
    return null;
  }
}

/**
 * How the credential is sent; null without one.
 * @returns {"Key" | "Bearer" | null}
 */
export function scheme() {
  if (given === "") return null;
  return given.startsWith(KEY_PREFIX) ? "Key" : "Bearer";
}

/** The value of the Authorization header; null without a credential. */
export function authorization() {
  return given === "" ? null : `${scheme()} ${given}`;
}
