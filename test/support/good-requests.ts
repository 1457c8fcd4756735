import type { Route } from "../../src/http/route.ts";
import { aCopy } from "./archive-copy.ts";
import { anAsset, OTHER_SHA512, SHA512 } from "./fixtures.ts";
import { ASSETS, tokenFor } from "./worker.ts";

/** A request as tests send it. */
export interface Wanted {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

export type Send = (wanted: Wanted) => Promise<Response>;

interface Particular {
  readonly path?: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const KEYS = "/api/edge/v1/keys";
const NAMESPACES = "/api/core/v2/namespaces";
const ONE = "/api/edge/v1/namespaces/default/assets/one";

/**
 * Makes the Worker behind `send` hold what requests ask for, and returns a request for each row of the route table that
 * succeeds, once, as an admin of everything.
 */
export async function goodRequests(send: Send): Promise<(row: Route<never>) => Wanted> {
  const bearer = { Authorization: `Bearer ${await tokenFor(["admin@*"], { name: "root" })}` };
  const ask = async (method: string, path: string, body: unknown, headers: object = bearer) => {
    const answer = await send({ method, path, headers: { ...headers }, body: textOf(body) });
    if (answer.status >= 400) throw new Error(`${method} ${path} answers ${answer.status}`);
    return answer;
  };
  for (const name of ["one", "two"]) await ask("PUT", `${ASSETS}/${name}`, anAsset(name));
  await ask("PUT", `${ASSETS}/one`, anAsset("one", { url: "https://assets.example.com/other.tar.gz" }));
  await ask("POST", NAMESPACES, { name: "gone" });
  const made = await ask("POST", KEYS, { name: "ci", grants: ["view@default"] });
  const { key } = await made.json<{ key: string }>();
  await ask("GET", "/api/edge/v1/archives", undefined);
  await aCopy(SHA512);
  await ask("POST", KEYS, { name: "dead", grants: ["view@default"] });
  const basic = { Authorization: `Basic ${btoa(`ci:${key}`)}` };
  const session = async (): Promise<Particular> => {
    const login = await ask("GET", "/auth", undefined, basic);
    const tokens = await login.json<{ access_token: string; refresh_token: string }>();
    return {
      headers: { Authorization: `Bearer ${tokens.access_token}` },
      body: { refresh_token: tokens.refresh_token },
    };
  };

  const particulars: Record<string, Particular> = {
    [`POST ${NAMESPACES}/:namespace/assets`]: { body: anAsset("posted") },
    [`PUT ${NAMESPACES}/:namespace/assets/:name+`]: { body: anAsset("one") },
    [`PATCH ${NAMESPACES}/:namespace/assets/:name+`]: {
      body: { metadata: { labels: { a: "b" } } },
      headers: { ...bearer, "Content-Type": "application/merge-patch+json" },
    },
    [`DELETE ${NAMESPACES}/:namespace/assets/:name+`]: { path: `${ASSETS}/two` },
    [`POST ${NAMESPACES}`]: { body: { name: "made" } },
    [`PUT ${NAMESPACES}/:namespace`]: { path: `${NAMESPACES}/put`, body: { name: "put" } },
    [`DELETE ${NAMESPACES}/:namespace`]: { path: `${NAMESPACES}/gone` },
    "GET /auth": { headers: basic },
    "GET /auth/test": { headers: basic },
    "POST /auth/token": await session(),
    "POST /auth/logout": await session(),
    [`POST ${KEYS}`]: { body: { name: "new", grants: ["view@default"] } },
    [`DELETE ${KEYS}/:key`]: { path: `${KEYS}/dead` },
    [`POST ${KEYS}/:key/rotate`]: { body: { overlap: 0 } },
    "GET /api/edge/v1/namespaces/:namespace/assets/:name/revisions/:seq": { path: `${ONE}/revisions/1` },
    "POST /api/edge/v1/namespaces/:namespace/assets/:name/rollback": { body: { seq: 1 } },
    "POST /api/edge/v1/namespaces/:namespace/assets/:name/resolve": { body: { system: { os: "linux" } } },
    "POST /api/edge/v1/namespaces/:namespace/resolve": { body: { system: { os: "linux" } } },
    "GET /api/edge/v1/namespaces/:namespace/assets/:name/resolve": { query: "?os=linux&arch=amd64" },
    "GET /api/edge/v1/namespaces/:namespace/assets/:name/download": { query: "?os=linux&arch=amd64" },
    "POST /api/edge/v1/lint": { body: anAsset("one") },
    "GET /api/edge/v1/archives/sha512/:digest": { path: `/api/edge/v1/archives/sha512/${SHA512}` },
    "DELETE /api/edge/v1/archives/sha512/:digest": { path: `/api/edge/v1/archives/sha512/${OTHER_SHA512}` },
    "POST /api/edge/v1/namespaces/:namespace/archives/findings": {
      body: { findings: [{ digest: SHA512, url: "https://e/a", state: "ok", detail: "seen" }] },
    },
    "PUT /api/edge/v1/namespaces/:namespace/mirror": { body: { mirror: "prefer" } },
    "POST /api/edge/v1/namespaces/:namespace/plan": { body: [anAsset("one"), anAsset("planned")] },
    "POST /api/edge/v1/namespaces/:namespace/apply": { body: [anAsset("one"), anAsset("applied")] },
    "GET /docs/:file": { path: "/docs/content.js" },
  };
  return ({ method, path }) => {
    const { query = "", body, headers, ...other } = particulars[`${method} ${path}`] ?? {};
    const usual = path
      .replace(":namespace", "default")
      .replace(/:name\+?/, "one")
      .replace(":key", "ci");
    return {
      method,
      path: `${other.path ?? usual}${query}`,
      headers: { ...(headers ?? bearer) },
      body: textOf(body),
    };
  };
}

function textOf(body: unknown): string | null {
  return body === undefined ? null : JSON.stringify(body);
}
