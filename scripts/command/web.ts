// HTTP as every command uses it: through the proxy that the environment names, if it names one.
import type { Readable } from "node:stream";
import { EnvHttpProxyAgent, fetch, request, type RequestInit } from "undici";
import type { Environment } from "../deploy/world.ts";
import { Mistake } from "./mistake.ts";

/** As much of a response as commands read. */
export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
}

/** Sends a request. */
export type Web = (url: string, init?: Omit<RequestInit, "dispatcher">) => Promise<Answer>;

/** This machine is never reached through a proxy, as Go's clients and so sensuctl have it. */
const LOOPBACK = ["localhost", "127.0.0.1", "::1", "[::1]"];

/**
 * Sends requests through `http_proxy` or `https_proxy` (or their upper-case names, or `all_proxy`), except to hosts that
 * `no_proxy` names and to this machine.
 */
export function webOf(environment: Environment): Web {
  const agents = new Map<string, EnvHttpProxyAgent>();
  return async (url, init = {}) => {
    const scheme = url.startsWith("https:") ? "https" : "http";
    const agent = agents.get(scheme) ?? agentOf(scheme, environment);
    agents.set(scheme, agent);
    return fetch(url, { ...init, dispatcher: agent });
  };
}

function agentOf(scheme: "http" | "https", environment: Environment): EnvHttpProxyAgent {
  const name = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`, "all_proxy", "ALL_PROXY"].find((each) =>
    Boolean(environment[each]),
  );
  const proxy = name === undefined ? "" : (environment[name] ?? "");
  const excepted = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
  // Only a bare host is understood as "everything".
  const noProxy =
    excepted.trim() === "*" ? "*" : [excepted, ...LOOPBACK].filter((each) => each !== "").join(",");
  if (proxy !== "" && !/^https?:\/\/[^/]/.test(proxy)) {
    throw new Mistake(`${name} is no URL of an HTTP proxy`, "set it as in http://proxy.example.com:3128");
  }
  return new EnvHttpProxyAgent({ httpProxy: proxy, httpsProxy: proxy, noProxy });
}

/** Why a request had no answer; several addresses that were tried are one error without a message of its own. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof AggregateError ? cause.errors.map(String).join(", ") : String(cause);
}

/** An answer with its body as it was sent: nothing is decoded. */
export interface RawAnswer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Sends GETs as `webOf` does, and hands over the bytes as they were sent. Redirects are not followed. */
export function rawWebOf(
  environment: Environment,
): (url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<RawAnswer> {
  const agents = new Map<string, EnvHttpProxyAgent>();
  return async (url, headers, signal) => {
    const scheme = url.startsWith("https:") ? "https" : "http";
    const agent = agents.get(scheme) ?? agentOf(scheme, environment);
    agents.set(scheme, agent);
    const answer = await request(url, { headers, signal, dispatcher: agent });
    return {
      status: answer.statusCode,
      header: (name) => [answer.headers[name.toLowerCase()] ?? []].flat().join(", ") || null,
      body: webStream(answer.body),
    };
  };
}

/** A stream of the web. (Node's own conversion throws into nothing when it is cancelled while bytes come.) */
function webStream(body: Readable): ReadableStream<Uint8Array> {
  // Whoever reads gets the error; one that comes after the last read is nobody's.
  body.on("error", () => undefined);
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void body.destroy(),
  });
}
