import type { Access } from "../../src/context.ts";
import { allHeaders } from "../../src/http/answer-headers.ts";
import { SHARED, shared } from "../../src/http/answers.ts";
import type {
  Method,
  OpenApi,
  Operation,
  Parameter,
  RequestBody,
  Responses,
  Security,
} from "../../src/http/openapi.ts";
import type { BodyReader } from "../../src/http/request-body.ts";
import type { Route } from "../../src/http/route.ts";
import type { QueryReader } from "../../src/http/query.ts";
import { TAGS } from "../../src/http/tags.ts";
import { INFO, SECURITY_SCHEMES, START_HERE } from "./info.ts";
import { pathParameters } from "./paths.ts";
import { allSchemas, parameterSchema } from "./schemas.ts";

/** Rows of the route table as documents see them: nothing is called. */
type Rows = readonly Route<never>[];

/** The description of these routes. */
export function describeApi(routes: Rows): OpenApi {
  const paths: Record<string, Partial<Record<Method, Operation>>> = {};
  for (const route of routes) {
    const path = templateOf(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const tags = Object.entries(TAGS).map(([name, description]) => ({ name, description }));
  const components = {
    schemas: allSchemas(),
    headers: allHeaders(),
    responses: SHARED,
    securitySchemes: SECURITY_SCHEMES,
  };
  const all = {
    openapi: "3.1.1",
    info: INFO,
    servers: [{ url: "/" }],
    tags,
    "x-start-here": START_HERE,
    paths,
    components,
  };
  return withoutUnused(all);
}

/** The path of a route as OpenAPI writes it. */
export function templateOf({ path }: Pick<Route<never>, "path">): string {
  return path.replaceAll(/:(\w+)\+?/g, "{$1}");
}

function operationOf(route: Route<never>): Operation {
  const { access, operation } = route;
  const { body } = operation;
  const parameters = [
    ...pathParameters(route, operation.path),
    ...queryParameters(operation.query),
    ...(operation.headers ?? []),
  ];
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary.replaceAll("`", ""),
    description: [operation.description, ...needsOf(route)].join(" "),
    security: operation.security ?? securityOf(access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null ? {} : { requestBody: requestBody(body) }),
    responses: {
      ...guardAnswers(access),
      ...(operation.query.isStrict ? { 400: shared("BadQuery") } : {}),
      ...namespaceAnswers(route),
      ...operation.answers,
      ...(body === null ? {} : { 415: shared("UnsupportedEncoding") }),
      426: shared("UpgradeRequired"),
      500: shared("InternalError"),
    },
  };
}

function queryParameters({ shape, open }: QueryReader<unknown>): Parameter[] {
  const named = Object.entries(shape()).map(([name, schema]): Parameter => {
    const isList = schema.type === "array";
    return {
      name,
      in: "query",
      ...parameterSchema(schema),
      ...(isList ? { style: "form", explode: true } : {}),
    };
  });
  return open === undefined ? named : [...named, open];
}

function requestBody({ description, required, content }: BodyReader<unknown>): RequestBody {
  return { description, required, content };
}

/** Either credential, with the role it must grant; nothing for what is public. */
export function securityOf(access: Access): Security {
  if (access === "public") return [];
  const roles = access === "authenticated" ? [] : [access];
  return [{ bearer: roles }, { key: roles }];
}

const NAMED = /:name\b/;

function needsOf({ access, path }: Route<never>): string[] {
  if (access === "public" || access === "authenticated") return [];
  if (access === "admin-anywhere") return ["Needs `admin` of something."];
  const role = `\`${access}\``;
  if (!path.includes(":namespace")) return [`Needs ${role} everywhere (\`*\`).`];
  return [`Needs ${role} at the namespace${NAMED.test(path) ? " and name" : ""}.`];
}

/** What the guard of a route answers. */
function guardAnswers(access: Access): Responses {
  if (access === "public") return {};
  const denied = access === "authenticated" ? {} : { 403: shared("PermissionDenied") };
  return { 401: shared("Unauthenticated"), ...denied, 429: shared("TooManyRequests") };
}

/** The answer to a path whose namespace can name none: 404 to reads, 400 to writes. */
function namespaceAnswers({ method, path }: Route<never>): Responses {
  if (!path.includes(":namespace")) return {};
  return method === "GET" ? { 404: shared("NoNamespace") } : { 400: shared("BadNamespace") };
}

/** Leaves out headers that nothing refers to: not every one is both required and optional somewhere. */
function withoutUnused(all: OpenApi): OpenApi {
  const text = JSON.stringify([all.paths, all.components.responses]);
  const headers = Object.fromEntries(
    Object.entries(all.components.headers).filter(([name]) =>
      text.includes(`"#/components/headers/${name}"`),
    ),
  );
  return { ...all, components: { ...all.components, headers } };
}

/** The document as it is committed and served. */
export function documentText(routes: Rows): string {
  return `${JSON.stringify(describeApi(routes), null, 2)}\n`;
}
