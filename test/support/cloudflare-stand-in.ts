// Cloudflare's API on loopback: one account that keeps what is done to it, as far as deploying a Worker needs.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { unstable_splitSqlQuery as splitSql } from "wrangler";

export const ACCOUNT = "ac".repeat(16);
export const API_TOKEN = "a-token-of-the-stand-in";

/** Runs statements as one transaction and tells the rows of each. */
export type RunSql = (statements: readonly string[]) => Promise<readonly (readonly object[])[]>;

export interface Binding {
  readonly type: string;
  readonly name: string;
  readonly [member: string]: unknown;
}

/** What `wrangler deploy` sends beside the code. */
export interface Metadata {
  readonly main_module: string;
  readonly bindings: readonly Binding[];
  readonly compatibility_date: string;
  readonly annotations?: Record<string, string>;
  readonly observability?: unknown;
  readonly assets?: { readonly jwt: string; readonly config: Readonly<Record<string, unknown>> };
}

interface Version {
  readonly id: string;
  readonly annotations: Record<string, string>;
  readonly bindings: Binding[];
}

/** A Worker of the account. Secrets are kept as Cloudflare keeps them: nobody is told their values but a test. */
export interface Script {
  /** As it was last uploaded; null for a Worker that only has secrets. */
  metadata: Metadata;
  readonly secrets: Map<string, string>;
  readonly versions: Version[];
  /** Ids of versions, in the order in which they were let run; the last one runs. */
  readonly deployed: string[];
  crons: string[];
  workersDev: boolean;
  /** Every text that came with the uploads, for tests that look for what must not be in them. */
  uploaded: string;
}

/** How a call goes wrong: nothing is done and this is the answer, or it is done and the answer is lost. */
export type Fault =
  | number
  | "lost"
  | { readonly status: number; readonly code: number; readonly message: string };

export interface StandIn {
  /** For `CLOUDFLARE_API_BASE_URL`. */
  readonly apiUrl: string;
  /** Where the deployed Worker answers, once it is deployed. */
  readonly workerUrl: string;
  /** The calls since the last look, as `METHOD /path` with names instead of ids. */
  takeCalls(): string[];
  /** Says of each call whether it goes wrong, and how; null when it does not. */
  fault: (route: string) => Fault | null;
  readonly databases: Map<string, { readonly id: string; readonly run: RunSql }>;
  readonly namespaces: Map<string, string>;
  readonly scripts: Map<string, Script>;
  /** Null for an account that has not chosen its part of workers.dev. */
  subdomain: string | null;
  accounts: { id: string; name: string }[];
  /** What answers in place of the deployed Worker. */
  worker: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  close(): Promise<void>;
}

/** A database of its own, in memory. */
export function sqliteDatabase(): RunSql {
  const database = new DatabaseSync(":memory:");
  return async (statements) => {
    database.exec("BEGIN");
    try {
      const rows = statements.map((sql) => database.prepare(sql).all());
      database.exec("COMMIT");
      return rows;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  };
}

/** An empty account. `makeDatabase` gives each new D1 database what executes its statements. */
export async function startStandIn(makeDatabase: () => RunSql = sqliteDatabase): Promise<StandIn> {
  let calls: string[] = [];

  const api = await listening(async (request, response) => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? "/", "http://stand-in");
    const { route, ids } = routeOf(request.method ?? "", url.pathname, body);
    calls.push(route);
    const fault = standIn.fault(route);
    const answer =
      request.headers.authorization !== `Bearer ${credentialFor(route)}`
        ? refuse(401, 10000, "Authentication error")
        : fault === null || fault === "lost"
          ? await act(standIn, makeDatabase, { route, ids, url, body, request })
          : refusal(fault);
    const { status, result, error } = fault === "lost" ? refuse(502, 10013, "The answer was lost") : answer;
    // wrangler tries uploads again, and waits as long as it is told to.
    response.writeHead(status, { "Content-Type": "application/json", "Retry-After": "0" });
    response.end(
      JSON.stringify({
        success: error === undefined,
        errors: error === undefined ? [] : [error],
        messages: [],
        result: result ?? null,
      }),
    );
  });
  const deployed = await listening(async (request, response) => {
    const anything = [...standIn.scripts.values()].some(({ workersDev }) => workersDev);
    if (anything) return standIn.worker(request, response);
    response.writeHead(404).end("There is nothing here yet");
  });

  const standIn: StandIn = {
    apiUrl: `${api.url}/client/v4`,
    workerUrl: deployed.url,
    takeCalls() {
      const taken = calls;
      calls = [];
      return taken;
    },
    fault: () => null,
    databases: new Map(),
    namespaces: new Map(),
    scripts: new Map(),
    subdomain: "acme",
    accounts: [{ id: ACCOUNT, name: "Acme" }],
    worker: (_request, response) => void response.writeHead(503).end(),
    async close() {
      await Promise.all([close(api.server), close(deployed.server)]);
    },
  };
  return standIn;
}

interface Answer {
  readonly status: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

interface Call {
  readonly route: string;
  readonly ids: readonly string[];
  readonly url: URL;
  readonly body: Buffer;
  readonly request: IncomingMessage;
}

const SEGMENTS: readonly [RegExp, string][] = [
  [/^(\/accounts)\/([^/]+)/, "$1/:account"],
  [/(\/d1\/database)\/([^/]+)/, "$1/:database"],
  [/(\/workers\/(?:scripts|services|workers))\/([^/]+)/, "$1/:script"],
  [/(\/:script\/(?:versions|secrets))\/([^/]+)/, "$1/:item"],
];

/** The route of a call and what stood where it has names, without the account. Queries are told apart by their words. */
function routeOf(method: string, pathname: string, body: Buffer): { route: string; ids: string[] } {
  let path = pathname.replace(/^\/client\/v4/, "");
  const ids: string[] = [];
  for (const [pattern, name] of SEGMENTS) {
    const found = pattern.exec(path)?.[2];
    if (found !== undefined) ids.push(decodeURIComponent(found));
    path = path.replace(pattern, name);
  }
  const words = path.endsWith("/query")
    ? (/"sql":"\s*((?:\w+ ?){1,3})/.exec(body.toString())?.[1] ?? "")
    : "";
  const route = `${method} ${path}${words === "" ? "" : `: ${words.trim()}`}`;
  return { route, ids: path.startsWith("/accounts/:account") ? ids.slice(1) : ids };
}

function ok(result: unknown): Answer {
  return { status: 200, result };
}

function refusal(fault: Exclude<Fault, "lost">): Answer {
  if (typeof fault !== "number") return refuse(fault.status, fault.code, fault.message);
  return fault === 403
    ? refuse(403, 10000, "Authentication error")
    : refuse(fault, 10013, "An unknown error");
}

/** The part of a list that a page is. */
function pageOf(all: readonly object[], { searchParams }: URL): Answer {
  const size = Number(searchParams.get("per_page") ?? 20);
  const start = size * (Number(searchParams.get("page") ?? 1) - 1);
  return ok(all.slice(start, start + size));
}

function refuse(status: number, code: number, message: string): Answer {
  return { status, error: { code, message } };
}

const NO_WORKER = refuse(404, 10007, "This Worker does not exist on your account.");

/** What Cloudflare does at each of the routes that a deployment takes. */
async function act(account: StandIn, makeDatabase: () => RunSql, call: Call): Promise<Answer> {
  const { route, ids, url, body } = call;
  const [id = "", item = ""] = ids;
  const script = account.scripts.get(id);
  switch (route.replace(/: .*/, "")) {
    case "GET /accounts":
      return pageOf(account.accounts, url);
    case "GET /accounts/:account":
      return ok({ id: ACCOUNT, name: "Acme" });
    case "GET /accounts/:account/workers/subdomain":
      return account.subdomain === null
        ? refuse(404, 10007, "You do not have a workers.dev subdomain")
        : ok({ subdomain: account.subdomain });

    case "GET /accounts/:account/d1/database":
      // Cloudflare's filter finds names that hold the text.
      if (url.searchParams.has("per_page") && Number(url.searchParams.get("per_page")) < 10) {
        return refuse(400, 7400, "per_page must be 10 or more");
      }
      return pageOf(
        [...account.databases]
          .filter(([name]) => name.includes(url.searchParams.get("name") ?? ""))
          .map(([name, database]) => ({ uuid: database.id, name })),
        url,
      );
    case "POST /accounts/:account/d1/database": {
      const { name } = JSON.parse(body.toString()) as { name: string };
      if (account.databases.has(name))
        return refuse(400, 7502, `A database with name '${name}' already exists`);
      account.databases.set(name, { id: randomUUID(), run: makeDatabase() });
      return ok({ uuid: account.databases.get(name)?.id, name });
    }
    case "GET /accounts/:account/d1/database/:database": {
      const found = [...account.databases].find(([name, database]) => database.id === id || name === id);
      return found === undefined
        ? refuse(404, 7404, "The database could not be found")
        : ok({ uuid: found[1].id, name: found[0] });
    }
    case "GET /accounts/:account/d1/database/:database/time_travel/bookmark":
      return ok({ bookmark: "00000001-00000002-00004f8a-ab" });
    case "POST /accounts/:account/d1/database/:database/query":
      return query([...account.databases.values()].find((database) => database.id === id)?.run, body);

    case "GET /accounts/:account/storage/kv/namespaces":
      return pageOf(
        [...account.namespaces].map(([title, namespace]) => ({ id: namespace, title })),
        url,
      );
    case "POST /accounts/:account/storage/kv/namespaces": {
      const { title } = JSON.parse(body.toString()) as { title: string };
      if (account.namespaces.has(title))
        return refuse(400, 10014, "a namespace with this account ID and title already exists");
      account.namespaces.set(title, randomUUID().replaceAll("-", ""));
      return ok({ id: account.namespaces.get(title), title });
    }

    case "GET /accounts/:account/workers/services/:script":
      if (script === undefined) return NO_WORKER;
      return ok({
        default_environment: {
          environment: "production",
          script: { tag: "tag", last_deployed_from: "wrangler" },
        },
      });
    case "GET /accounts/:account/workers/workers/:script":
      if (script === undefined) return NO_WORKER;
      return ok({ id, subdomain: { enabled: script.workersDev, previews_enabled: false } });
    case "GET /accounts/:account/workers/scripts/:script/settings":
      if (script === undefined) return NO_WORKER;
      return ok({
        bindings: running(script).bindings,
        compatibility_date: script.metadata.compatibility_date,
      });
    case "GET /accounts/:account/workers/scripts/:script/secrets":
      if (script === undefined) return NO_WORKER;
      return ok([...script.secrets.keys()].map((name) => ({ name, type: "secret_text" })));
    case "PATCH /accounts/:account/workers/scripts/:script/secrets-bulk":
      return script === undefined ? NO_WORKER : changeSecrets(script, body);
    case "GET /accounts/:account/workers/scripts/:script/deployments":
      if (script === undefined) return NO_WORKER;
      return ok({
        deployments: script.deployed.toReversed().map((version) => ({
          id: randomUUID(),
          created_on: "2026-11-25T00:00:00Z",
          source: "wrangler",
          strategy: "percentage",
          annotations: {},
          versions: [{ version_id: version, percentage: 100 }],
        })),
      });
    case "POST /accounts/:account/workers/scripts/:script/deployments": {
      const { versions } = JSON.parse(body.toString()) as { versions: { version_id: string }[] };
      if (script === undefined) return NO_WORKER;
      script.deployed.push(...versions.map((version) => version.version_id));
      return ok({ id: randomUUID() });
    }
    case "PATCH /accounts/:account/workers/scripts/:script/script-settings":
      return script === undefined ? NO_WORKER : ok({});
    case "POST /accounts/:account/workers/scripts/:script/versions":
      return upload(account, id, call, false);
    case "GET /accounts/:account/workers/scripts/:script/versions/:item": {
      const version = script?.versions.find((one) => one.id === item);
      if (version === undefined) return NO_WORKER;
      return ok({
        id: version.id,
        annotations: version.annotations,
        resources: { bindings: version.bindings },
      });
    }
    case "GET /accounts/:account/workers/scripts/:script/schedules":
      if (script === undefined) return NO_WORKER;
      return ok({ schedules: script.crons.map((cron) => ({ cron })) });
    case "PUT /accounts/:account/workers/scripts/:script/schedules":
      if (script === undefined) return NO_WORKER;
      script.crons = (JSON.parse(body.toString()) as { cron: string }[]).map(({ cron }) => cron);
      return ok({ schedules: script.crons.map((cron) => ({ cron })) });
    case "GET /accounts/:account/workers/scripts/:script/subdomain":
      if (script === undefined) return NO_WORKER;
      return ok({ enabled: script.workersDev, previews_enabled: false });
    case "POST /accounts/:account/workers/scripts/:script/subdomain":
      if (script === undefined) return NO_WORKER;
      script.workersDev = (JSON.parse(body.toString()) as { enabled: boolean }).enabled;
      return ok({ enabled: script.workersDev, previews_enabled: false });
    case "POST /accounts/:account/workers/scripts/:script/assets-upload-session": {
      const { manifest } = JSON.parse(body.toString()) as { manifest: Record<string, { hash: string }> };
      return ok({ jwt: token("session"), buckets: [Object.values(manifest).map(({ hash }) => hash)] });
    }
    case "POST /accounts/:account/workers/assets/upload":
      return { status: 201, result: { jwt: token("complete") } };
    case "PUT /accounts/:account/workers/scripts/:script":
      return upload(account, id, call, true);

    default:
      return refuse(404, 7003, `the stand-in has no ${route}`);
  }
}

function running({ versions, deployed }: Script): Version {
  const version = versions.find(({ id }) => id === deployed.at(-1));
  if (version === undefined) throw new Error("a Worker without a version");
  return version;
}

/** The statements of one text are one transaction, as in D1. */
async function query(run: RunSql | undefined, body: Buffer): Promise<Answer> {
  if (run === undefined) return refuse(404, 7404, "The database could not be found");
  const { sql } = JSON.parse(body.toString()) as { sql: string };
  try {
    const rows = await run(splitSql(sql));
    return ok(rows.map((results) => ({ results, success: true, meta: {} })));
  } catch (error) {
    return refuse(400, 7500, `${error instanceof Error ? error.message : String(error)}: SQLITE_ERROR`);
  }
}

/**
 * As Cloudflare takes an upload: a secret that is to be kept must be there, and none is kept in the version's text. The
 * first is deployed at once; of a Worker that exists, wrangler uploads a version and then deploys it.
 */
async function upload(
  account: StandIn,
  name: string,
  { body, request }: Call,
  atOnce: boolean,
): Promise<Answer> {
  const form = await new Response(new Uint8Array(body), {
    headers: { "Content-Type": request.headers["content-type"] ?? "" },
  }).formData();
  const metadata = JSON.parse(form.get("metadata") as string) as Metadata;
  const known = account.scripts.get(name);
  if (known === undefined && !atOnce) return NO_WORKER;
  if (metadata.assets?.jwt !== token("complete")) return refuse(400, 10021, "the assets were not uploaded");
  for (const binding of metadata.bindings) {
    if (binding.type === "inherit" && known?.secrets.has(binding.name) !== true) {
      return refuse(400, 10057, `inherit binding '${binding.name}' is invalid: it does not exist`);
    }
  }
  const script: Script = known ?? {
    metadata,
    secrets: new Map(),
    versions: [],
    deployed: [],
    crons: [],
    workersDev: false,
    uploaded: "",
  };
  for (const { type, name: secret, text } of metadata.bindings) {
    if (type === "secret_text") script.secrets.set(secret, String(text));
  }
  script.metadata = metadata;
  script.uploaded += body.toString("latin1");
  account.scripts.set(name, script);
  const id = newVersion(script, metadata.bindings, metadata.annotations ?? {});
  if (atOnce) script.deployed.push(id);
  return atOnce
    ? ok({ id: name, etag: "etag", startup_time_ms: 5, deployment_id: id.replaceAll("-", "") })
    : ok({ id, startup_time_ms: 5, resources: { script: { etag: "etag" } } });
}

function newVersion(
  script: Script,
  bindings: readonly Binding[],
  annotations: Version["annotations"],
): string {
  const others = bindings.filter(({ type }) => type !== "secret_text" && type !== "inherit");
  const secrets = [...script.secrets.keys()].map((name) => ({ type: "secret_text", name }));
  const id = randomUUID();
  script.versions.push({ id, annotations, bindings: [...others, ...secrets] });
  return id;
}

/** A change of secrets is a version of its own, deployed at once, which carries no tag. */
function changeSecrets(script: Script, body: Buffer): Answer {
  const { secrets } = JSON.parse(body.toString()) as { secrets: Record<string, { text: string } | null> };
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret === null) script.secrets.delete(name);
    else script.secrets.set(name, secret.text);
  }
  const annotations = { "workers/triggered_by": "secret" };
  script.deployed.push(newVersion(script, running(script).bindings, annotations));
  return ok({});
}

/** Assets are uploaded with the token of their session. */
function credentialFor(route: string): string {
  return route === "POST /accounts/:account/workers/assets/upload" ? token("session") : API_TOKEN;
}

/** Looks like a JWT to wrangler, which reads its claims. */
function token(of: string): string {
  return ["header", Buffer.from(JSON.stringify({ of })).toString("base64url"), "signature"].join(".");
}

/** Lets the Worker at `url` answer a request. */
export async function passOn(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = Object.entries(request.headers).filter(([name]) => !["host", "connection"].includes(name));
  const answer = await fetch(`${url}${request.url}`, {
    method: request.method ?? "GET",
    headers: Object.fromEntries(headers) as Record<string, string>,
  });
  response.writeHead(answer.status, { "Content-Type": answer.headers.get("Content-Type") ?? "" });
  response.end(await answer.text());
}

async function listening(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    Promise.resolve(answer(request, response)).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
