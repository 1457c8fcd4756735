// Who may call an operation: in words, and which kind of credential the page sends.
import { followed } from "./openapi.js";

/** @typedef {import("./openapi.js").OpenApi} OpenApi */
/** @typedef {import("./openapi.js").Requirement} Requirement */

/** @typedef {"none" | "basic" | "token"} CredentialKind */

/**
 * @param {OpenApi} api
 * @param {Requirement[]} requirements of which one has to be met
 * @returns {CredentialKind}
 */
export function credentialKind(api, requirements) {
  const schemes = requirements.flatMap((requirement) => Object.keys(requirement));
  if (schemes.length === 0) return "none";
  return schemes.every((name) => isBasic(api, name)) ? "basic" : "token";
}

/**
 * @param {OpenApi} api
 * @param {Requirement[]} requirements of which one has to be met
 * @returns {string} in the Markdown of `inline`
 */
export function whoMayCall(api, requirements) {
  const met = requirements.filter((requirement) => Object.keys(requirement).length > 0);
  if (met.length === 0) return "Anyone may call this, without a credential.";
  const roles = new Set(met.map(rolesOf));
  const [role = ""] = roles;
  // Mostly each kind of credential needs the same role: it is said once.
  const same = roles.size === 1;
  const ways = met.map((requirement) => {
    const kinds = Object.keys(requirement).map((name) => kindOf(api, name));
    const needed = same ? "" : rolesOf(requirement);
    return kinds.join(" and ") + (needed === "" ? "" : ` with ${needed}`);
  });
  const needs = same && role !== "" ? `Needs ${role}: ` : "Needs ";
  return `${needs}${ways.join(" or ")}${met.length < requirements.length ? ", or nothing" : ""}.`;
}

/** @param {Requirement} requirement */
function rolesOf(requirement) {
  return Object.values(requirement)
    .flat()
    .map((role) => `\`${role}\``)
    .join(", ");
}

/**
 * @param {OpenApi} api
 * @param {string} name of a security scheme
 */
function kindOf(api, name) {
  const { type, scheme } = schemeOf(api, name);
  if (type === "http" && scheme?.toLowerCase() === "bearer") return "an access token";
  if (type === "http" && scheme?.toLowerCase() === "basic") return "a name and a key (Basic)";
  if (type === "apiKey") return "an API key";
  return name;
}

/**
 * @param {OpenApi} api
 * @param {string} name
 */
function isBasic(api, name) {
  const { type, scheme } = schemeOf(api, name);
  return type === "http" && scheme?.toLowerCase() === "basic";
}

/**
 * @param {OpenApi} api
 * @param {string} name
 */
function schemeOf(api, name) {
  return followed(api, api.components?.securitySchemes?.[name] ?? { type: "unknown" });
}
