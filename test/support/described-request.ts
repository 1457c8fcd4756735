import type { Parameter } from "../../src/http/openapi.ts";
import type { Placed } from "./document.ts";

/** A value for each of some parameters. */
export type Values = readonly (readonly [Parameter, unknown])[];

/** The path of an operation with these parameters in its path and query, spelled as the document says. */
export function pathWith({ template }: Pick<Placed, "template">, values: Values): string {
  let path = template;
  const query = new URLSearchParams();
  for (const [parameter, value] of values) {
    if (parameter.in === "path")
      path = path.replace(`{${parameter.name}}`, encodeURIComponent(String(value)));
    if (parameter.in === "query")
      for (const [name, text] of spelled(parameter, value)) query.append(name, text);
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/** The headers of these parameters. */
export function headersWith(values: Values): Record<string, string> {
  return Object.fromEntries(
    values.flatMap(([{ in: where, name }, value]) => (where === "header" ? [[name, String(value)]] : [])),
  );
}

/** `style: form, explode: true`: a list repeats the name, an object's members are parameters of their own. */
function spelled({ name }: Parameter, value: unknown): [string, string][] {
  if (Array.isArray(value)) return value.map((each) => [name, String(each)]);
  if (typeof value === "object" && value !== null)
    return Object.entries(value).map(([key, each]) => [key, String(each)]);
  return [[name, String(value)]];
}
