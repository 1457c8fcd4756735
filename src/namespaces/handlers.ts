import { allows } from "../auth/grants.ts";
import { commitOf, principalOf, readingOf, type Context } from "../context.ts";
import { invalid } from "../errors.ts";
import { parseBody, readBody } from "../http/body.ts";
import { goDecode, goString, goStruct } from "../go-json/decode.ts";
import { compareBytes, quoteJson } from "../go-json/json.ts";
import { continueHeader, readPage } from "../http/pagination.ts";
import { namespaceOf } from "../http/place.ts";
import { empty, json } from "../http/respond.ts";
import { servedHeaders } from "../http/served.ts";

/** A namespace as it is written and served: it has no metadata. */
export const Namespace = goStruct("Namespace", "v2.Namespace", { name: goString });

/** Of a client's member name in an error. */
const MEMBER_CHARACTERS = 50;

const PATH = "/api/core/v2/namespaces";

/** The namespaces in which the caller holds any grant, and no others. */
export async function listNamespaces(context: Context): Promise<Response> {
  const { limit, start } = readPage(context.url.searchParams);
  const { grants } = principalOf(context);
  const reading = readingOf(context);
  const all = await context.services.namespaces.names(reading);
  const visible = all
    .filter((namespace) => allows(grants, { role: "view", namespace, name: null }))
    .filter((name) => start === null || follows(name, start));
  const page = visible.slice(0, limit);
  const last = visible.length > page.length ? page.at(-1) : undefined;
  const body = `[${page.map(encode).join(",")}]`;
  return json(body, { ...servedHeaders(reading), ...continueHeader(last) });
}

export async function getNamespace(context: Context): Promise<Response> {
  const name = namespaceOf(context);
  const reading = readingOf(context);
  await context.services.namespaces.get(name, reading);
  return json(encode(name), servedHeaders(reading));
}

export async function createNamespace(context: Context): Promise<Response> {
  const name = (await readNamespace(context)) ?? "";
  await context.services.namespaces.create(name, commitOf(context));
  return empty(201, { Location: `${PATH}/${encodeURIComponent(name)}` });
}

export async function replaceNamespace(context: Context): Promise<Response> {
  const name = namespaceOf(context);
  const given = (await readNamespace(context)) ?? name;
  if (given !== name) {
    throw invalid(`the name of the resource (${given}) does not match the name of the URI (${name})`);
  }
  await context.services.namespaces.ensure(name, commitOf(context));
  return empty(201);
}

export async function deleteNamespace(context: Context): Promise<Response> {
  await context.services.namespaces.delete(namespaceOf(context), commitOf(context));
  return empty(204);
}

/** The name in the body; null when the body is empty. A body of something else, such as an asset, is 400. */
async function readNamespace(context: Context): Promise<string | null> {
  const body = parseBody(await readBody(context.request));
  const { name } = goDecode(Namespace, body);
  if (name !== undefined) return name;
  const other = Object.keys(body ?? {}).find((key) => key.toLowerCase() !== "name");
  if (other === undefined) return null;
  const member = quoteJson(other.slice(0, MEMBER_CHARACTERS));
  throw invalid(`the body is not a namespace: it has ${member} but no name; send {"name":"..."}`);
}

function follows(name: string, start: { key: string; inclusive: boolean }): boolean {
  const order = compareBytes(name, start.key);
  return order > 0 || (order === 0 && start.inclusive);
}

function encode(name: string): string {
  return `{"name":${quoteJson(name)}}`;
}
