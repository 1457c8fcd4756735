import type { Access, Route } from "../../src/context.ts";
import { ROUTE_SUMMARIES } from "../route-summaries.ts";
import { SHARED, shared } from "./answers.ts";
import type { Described, Descriptions } from "./describe.ts";
import { allHeaders } from "./headers.ts";
import { INFO, SECURITY_SCHEMES } from "./info.ts";
import type { Method, OpenApi, Operation, Security } from "./model.ts";
import { KEY_OPERATIONS, LOGIN_OPERATIONS } from "./operations/access.ts";
import { ASSET_OPERATIONS } from "./operations/assets.ts";
import { HISTORY_OPERATIONS } from "./operations/history.ts";
import { NAMESPACE_OPERATIONS } from "./operations/namespaces.ts";
import { RESOLUTION_OPERATIONS } from "./operations/resolution.ts";
import { SERVICE_OPERATIONS } from "./operations/service.ts";
import { SET_OPERATIONS } from "./operations/sets.ts";
import { allParameters } from "./parameters.ts";
import { pathParameters } from "./paths.ts";
import { allSchemas } from "./schemas/registry.ts";
import { TAGS } from "./tags.ts";

/** What the route table does not say, of every route. */
export const DESCRIPTIONS: Descriptions = {
  ...ASSET_OPERATIONS,
  ...NAMESPACE_OPERATIONS,
  ...RESOLUTION_OPERATIONS,
  ...HISTORY_OPERATIONS,
  ...SET_OPERATIONS,
  ...KEY_OPERATIONS,
  ...LOGIN_OPERATIONS,
  ...SERVICE_OPERATIONS,
};

/** The description of these routes. A route that nothing is said of is an error that tells where to say it. */
export function describeApi(routes: readonly Route[]): OpenApi {
  const paths: Record<string, Partial<Record<Method, Operation>>> = {};
  for (const route of routes) {
    const path = templateOf(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const tags = Object.entries(TAGS).map(([name, description]) => ({ name, description }));
  const components = {
    schemas: allSchemas(),
    parameters: allParameters(),
    headers: allHeaders(),
    responses: SHARED,
    securitySchemes: SECURITY_SCHEMES,
  };
  const all = { openapi: "3.1.1", info: INFO, servers: [{ url: "/" }], tags, paths, components };
  return withoutUnused(all);
}

/** The path of a route as OpenAPI writes it. */
export function templateOf({ path }: Pick<Route, "path">): string {
  return path.replaceAll(/:(\w+)\+?/g, "{$1}");
}

function operationOf(route: Route): Operation {
  const key = `${route.method} ${route.path}`;
  const described = DESCRIPTIONS[key];
  if (described === undefined)
    throw new Error(`${key} is not described: say what it takes and answers in scripts/openapi/operations/`);
  const summary = ROUTE_SUMMARIES[key];
  if (summary === undefined) throw new Error(`scripts/route-summaries.ts has no line for ${key}`);
  const parameters = [...pathParameters(route, described.path), ...(described.parameters ?? [])];
  return {
    operationId: described.id,
    tags: [described.tag],
    summary: summary.replaceAll("`", ""),
    description: [described.text, ...needsOf(route)].join(" "),
    security: described.security ?? securityOf(route.access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(described.body === undefined ? {} : { requestBody: described.body }),
    responses: {
      ...guardAnswers(route.access),
      ...namespaceAnswers(route),
      ...described.answers,
      ...(described.body === undefined ? {} : { 415: shared("UnsupportedEncoding") }),
      426: shared("UpgradeRequired"),
      500: shared("InternalError"),
    },
  };
}

/** Either credential, with the role it must grant; nothing for what is public. */
export function securityOf(access: Access): Security {
  if (access === "public") return [];
  const roles = access === "authenticated" ? [] : [access];
  return [{ bearer: roles }, { key: roles }];
}

const NAMED = /:name\b/;

function needsOf({ access, path }: Route): string[] {
  if (access === "public" || access === "authenticated") return [];
  if (access === "admin-anywhere") return ["Needs `admin` of something."];
  const role = `\`${access}\``;
  if (!path.includes(":namespace")) return [`Needs ${role} everywhere (\`*\`).`];
  return [`Needs ${role} at the namespace${NAMED.test(path) ? " and name" : ""}.`];
}

/** What the guard of a route answers. */
function guardAnswers(access: Access): Described["answers"] {
  if (access === "public") return {};
  const denied = access === "authenticated" ? {} : { 403: shared("PermissionDenied") };
  return { 401: shared("Unauthenticated"), ...denied, 429: shared("TooManyRequests") };
}

/** The answer to a path whose namespace can name none: 404 to reads, 400 to writes. */
function namespaceAnswers({ method, path }: Route): Described["answers"] {
  if (!path.includes(":namespace")) return {};
  return method === "GET" ? { 404: shared("NoNamespace") } : { 400: shared("BadNamespace") };
}

/** Leaves out what nothing refers to: not every header is both required and optional somewhere. */
function withoutUnused(all: OpenApi): OpenApi {
  const { headers, parameters } = all.components;
  const text = JSON.stringify([all.paths, all.components.responses]);
  const used = <T>(kind: string, entries: Readonly<Record<string, T>>) =>
    Object.fromEntries(
      Object.entries(entries).filter(([name]) => text.includes(`"#/components/${kind}/${name}"`)),
    );
  const components = {
    ...all.components,
    headers: used("headers", headers),
    parameters: used("parameters", parameters),
  };
  return { ...all, components };
}

/** The document as it is committed and served. */
export function documentText(routes: readonly Route[]): string {
  return `${JSON.stringify(describeApi(routes), null, 2)}\n`;
}
