// Cloudflare's API on loopback: one account that keeps what is done to it, as far as deploying a Worker needs.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ACCOUNT, act, sqliteDatabase, type CloudflareAccount, type RunSql } from "./cloudflare-account.ts";
import { refuse, type Answer } from "./cloudflare-answers.ts";
import { SESSION } from "./cloudflare-scripts.ts";

export const API_TOKEN = "a-token-of-the-stand-in";

/** How a call goes wrong: nothing is done and this is the answer, or it is done and the answer is lost. */
export type Fault =
  | number
  | "lost"
  | { readonly status: number; readonly code: number; readonly message: string };

export interface StandIn extends CloudflareAccount {
  /** For `CLOUDFLARE_API_BASE_URL`. */
  readonly apiUrl: string;
  /** Where the deployed Worker answers, once it is deployed. */
  readonly workerUrl: string;
  /** The calls since the last look, as `METHOD /path` with names instead of ids. */
  takeCalls(): string[];
  /** Says of each call whether it goes wrong, and how; null when it does not. */
  fault: (route: string) => Fault | null;
  /** What answers in place of the deployed Worker. */
  worker: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  close(): Promise<void>;
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
    buckets: new Set(),
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

const SEGMENTS: readonly [RegExp, string][] = [
  [/^(\/accounts)\/([^/]+)/, "$1/:account"],
  [/(\/r2\/buckets)\/([^/]+)/, "$1/:bucket"],
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

function refusal(fault: Exclude<Fault, "lost">): Answer {
  if (typeof fault !== "number") return refuse(fault.status, fault.code, fault.message);
  return fault === 403
    ? refuse(403, 10000, "Authentication error")
    : refuse(fault, 10013, "An unknown error");
}

/** Assets are uploaded with the token of their session. */
function credentialFor(route: string): string {
  return route === "POST /accounts/:account/workers/assets/upload" ? SESSION : API_TOKEN;
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
