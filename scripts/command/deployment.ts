// How the commands that manage a deployment reach it: its URL and a credential, both from the environment.
import type { Environment } from "../deploy/world.ts";
import { reasonOf, webOf, type Answer, type Web } from "./web.ts";

/** What goes with a question: a text as it is, any other value as JSON. */
export interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A deployment and how to ask it; an answer that is no success is an error that says what to do. */
export interface Deployment {
  readonly url: string;
  readonly ask: (method: string, path: string, asked?: Asked) => Promise<Answer>;
}

/** An answer that is no success: its status, what the server said of it, and what to do about it. */
export class Refused extends Error {
  readonly status: number;
  readonly said: string;

  constructor(status: number, said: string, hint: string) {
    super(`${status}: ${said}${hint}`);
    this.name = "Refused";
    this.status = status;
    this.said = said;
  }
}

/** No answer came; whether a change was made is not known. */
export class NoAnswer extends Error {
  constructor(url: string, reason: string) {
    super(`${url} does not answer: ${reason}; set SENSU_API_URL to the server's URL`);
    this.name = "NoAnswer";
  }
}

/** What every help says of the variables that are read here. */
export const ENVIRONMENT = `  SENSU_API_URL                  the server (default: http://127.0.0.1:8080)
  SENSU_TOKEN or SENSU_API_KEY   the credential
  https_proxy, no_proxy          a proxy, and the hosts that are reached without it
  NODE_EXTRA_CA_CERTS            a file with the certificate of an own CA`;

/** No answer takes longer: a thousand definitions are written in seconds. */
const PATIENCE_MS = 120_000;

/** `SENSU_API_URL`, and `SENSU_TOKEN` or `SENSU_API_KEY`; never from the command line, where others see it. */
export function deploymentOf(environment: Environment): Deployment {
  const url = urlOf(environment["SENSU_API_URL"] || "http://127.0.0.1:8080");
  const { variable, authorization } = credentialOf(environment);
  const web = webOf(environment);
  return {
    url,
    async ask(method, path, { body, headers } = {}) {
      const init: NonNullable<Parameters<Web>[1]> = {
        method,
        headers: { ...headers, Authorization: authorization },
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
      };
      if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
      const response = await web(`${url}${path}`, init).catch((error: unknown) => {
        throw new NoAnswer(url, reasonOf(error));
      });
      if (response.ok) return response;
      throw new Refused(response.status, await saidIn(response), hintFor(response, variable));
    },
  };
}

function urlOf(text: string): string {
  const url = URL.parse(text);
  const problem =
    url === null || !/^https?:$/.test(url.protocol)
      ? "is no http or https URL"
      : url.username !== "" || url.password !== ""
        ? "holds a user or password, which belongs into SENSU_TOKEN or SENSU_API_KEY"
        : url.search !== "" || url.hash !== ""
          ? "holds more than a server and a path"
          : null;
  if (problem !== null) throw new Error(`SENSU_API_URL ${problem}; set it as in https://assets.example.com`);
  return text.replace(/\/+$/, "");
}

function credentialOf(environment: Environment): { variable: string; authorization: string } {
  for (const [variable, scheme] of [
    ["SENSU_TOKEN", "Bearer"],
    ["SENSU_API_KEY", "Key"],
  ] as const) {
    const credential = environment[variable]?.trim() ?? "";
    if (credential === "") continue;
    if (!/^[\x21-\x7e]+$/.test(credential)) {
      throw new Error(`${variable} holds a blank or a character that no credential has; set it anew`);
    }
    return { variable, authorization: `${scheme} ${credential}` };
  }
  throw new Error("set SENSU_TOKEN (npm start prints one) or SENSU_API_KEY in the environment");
}

/** The JSON of an answer; null when it has none. */
export async function answered(response: Answer): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(
      `${new URL(response.url).origin} answers something else than JSON; set SENSU_API_URL to the server's URL`,
    );
  }
}

function hintFor({ status, headers, url }: Answer, variable: string): string {
  if (status === 401)
    return `; the credential in ${variable} is not good at ${new URL(url).origin}: set ${variable} to one that is (they expire)`;
  if (status === 403) return `; the grants of the credential in ${variable} are not enough for this`;
  if (status === 429)
    return `; wait ${headers.get("Retry-After") ?? "60"} seconds and check the credential in ${variable}`;
  if (status >= 300 && status < 400) return `; set SENSU_API_URL to the URL the server sends its clients to`;
  const id = headers.get("X-Request-Id");
  return status >= 500 && id !== null ? `; the server's log has it as request ${id}` : "";
}

async function saidIn(response: Answer): Promise<string> {
  const location = response.headers.get("Location");
  if (response.status < 400 && location !== null) return `moved to ${location}`;
  const text = await response.text();
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? message : text;
  } catch {
    return text.trim().slice(0, 200) || response.statusText;
  }
}
