import type { Json } from "../assets/merge-patch.ts";
import { isObject } from "../object.ts";

/** Header names whose values open doors. */
const SECRET_HEADER = /authorization|cookie|token|secret|password|api-?key/i;
const MASK = "***";

/** A definition whose header values that open doors are masked, at the top level and in builds. */
export function maskSecrets(definition: Json): Json {
  if (Array.isArray(definition)) return definition.map(maskSecrets);
  if (!isObject(definition)) return definition;
  return Object.fromEntries(
    Object.entries(definition).map(([key, value]) => {
      if (key === "headers") return [key, maskHeaders(value)];
      return [key, key === "builds" ? maskSecrets(value) : value];
    }),
  );
}

function maskHeaders(headers: Json): Json {
  if (!isObject(headers)) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SECRET_HEADER.test(name) ? MASK : value]),
  );
}
