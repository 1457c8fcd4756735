// The committed OpenAPI document, as the tests in workerd read it.
import { dereference, validate } from "@cfworker/json-schema";
import raw from "../../public/openapi.json";
import type {
  Answer,
  Header,
  Method,
  OpenApi,
  Operation,
  Parameter,
  Reference,
} from "../../src/http/openapi.ts";
import type { JsonSchema } from "../../src/lib/json-schema.ts";

/** The document; a copy, since the validator writes into what it is given. */
export const DOCUMENT = structuredClone(raw) as unknown as OpenApi;

// The whole document is walked as if it were a schema, so that references between its parts are found.
const LOOKUP = dereference(DOCUMENT);

/** What a reference stands for. */
export function resolved<T extends object>(each: T | Reference): T {
  if (!("$ref" in each)) return each;
  const steps = each.$ref.replace("#/", "").split("/");
  let at: unknown = DOCUMENT;
  for (const step of steps) at = (at as Readonly<Record<string, unknown>> | undefined)?.[step];
  if (at === undefined) throw new Error(`the document has no ${each.$ref}`);
  return at as T;
}

/** Why a value is not as a schema of the document says; null when it is. */
export function schemaFault(value: unknown, schema: JsonSchema): string | null {
  const result = validate(value, schema, "2020-12", LOOKUP, false);
  if (result.valid) return null;
  return result.errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`).join("\n  ");
}

/** An operation where it stands in the document. */
export interface Placed {
  readonly method: Method;
  readonly template: string;
  readonly operation: Operation;
}

/** Every operation of the document. */
export const OPERATIONS: readonly Placed[] = Object.entries(DOCUMENT.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method as Method, template, operation })),
);

const PATTERNS = new Map(Object.keys(DOCUMENT.paths).map((template) => [template, patternOf(template)]));

/** Under Sensu's prefix a name at the end takes the rest of the path, raw slashes and all. */
function patternOf(template: string): RegExp {
  const greedy = template.startsWith("/api/core/") ? template.replace(/\{name\}$/, "(.+)") : template;
  const pattern = greedy
    .replaceAll(".", "\\.")
    .replaceAll("(\\.+)", "(.+)")
    .replaceAll(/\{\w+\}/g, "([^/]+)");
  return new RegExp(`^${pattern}$`);
}

/** What the document says of a request: its operation, or that the path has another method, or no path. */
export function operationFor(
  method: string,
  path: string,
): Operation | "other-method" | "no-path" | "unclean" {
  const { pathname } = new URL(`http://document${path}`);
  if (/^(?!\/api\/core\/v2\/namespaces\/[^/]+\/assets\/[^/]).*\/\//.test(pathname)) return "unclean";
  if (pathname === "/docs/") return "unclean";
  const found = Object.keys(DOCUMENT.paths).find(
    (template) => PATTERNS.get(template)?.test(pathname) === true,
  );
  if (found === undefined || (pathname !== "/" && pathname.endsWith("/"))) return "no-path";
  const wanted = method === "HEAD" ? "get" : method.toLowerCase();
  return DOCUMENT.paths[found]?.[wanted as Method] ?? "other-method";
}

/** The answers of an operation by status; of what is no operation, the one that there is. */
export function answersOf(operation: ReturnType<typeof operationFor>): Readonly<Record<string, Answer>> {
  if (operation === "no-path") return only("404", "NoRoute");
  if (operation === "unclean") return { ...only("301", "Moved"), ...only("308", "Moved") };
  if (operation === "other-method") return only("405", "MethodNotAllowed");
  return Object.fromEntries(
    Object.entries(operation.responses).map(([status, answer]) => [status, resolved<Answer>(answer)]),
  );
}

function only(status: string, name: string): Readonly<Record<string, Answer>> {
  return { [status]: resolved<Answer>({ $ref: `#/components/responses/${name}` }) };
}

/** The headers of an answer by name. */
export function headersOf(answer: Answer): [string, Header][] {
  return Object.entries(answer.headers ?? {}).map(([name, header]) => [name, resolved<Header>(header)]);
}

/** The parameters of an operation. */
export function parametersOf(operation: Operation): Parameter[] {
  return (operation.parameters ?? []).map((each) => resolved<Parameter>(each));
}
