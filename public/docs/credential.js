// The credential that requests carry. It lives in this module's memory: never in storage, never in an address.

const KEY_PREFIX = "sak_";

let given = "";
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

/** How the credential is sent; null without one. */
export function scheme() {
  if (given === "") return null;
  return given.startsWith(KEY_PREFIX) ? "Key" : "Bearer";
}

/** The value of the Authorization header; null without a credential. */
export function authorization() {
  return given === "" ? null : `${scheme()} ${given}`;
}
