import type { Json } from "../assets/merge-patch.ts";

/** Header names whose values open doors. */
const SECRET_HEADER = /authorization|cookie|token|secret|password|api-?key/i;
const MASK = "***";

/** A definition whose header values that open doors are masked, at the top level and in builds. */
export function maskSecrets(definition: Json): Json {
  if (typeof definition !== "object" || definition === null) return definition;
  if (Array.isArray(definition)) return definition.map(maskSecrets);
  return Object.fromEntries(
    Object.entries(definition).map(([key, value]) => {
      if (key === "headers") return [key, maskHeaders(value)];
      return [key, key === "builds" ? maskSecrets(value) : value];
    }),
  );
}

function maskHeaders(headers: Json): Json {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SECRET_HEADER.test(name) ? MASK : value]),
  );
}
