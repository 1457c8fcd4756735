import type { RunningWorker } from "../support/harness.ts";
import type { Exchange, Header } from "./sensuctl-transcript.ts";

interface Tokens {
  readonly access_token: string;
  readonly expires_at: number;
  readonly refresh_token: string;
}

/** What sensuctl keeps between commands, and how it sends a recorded request with it. */
export class SensuctlSession {
  readonly #worker: RunningWorker;
  readonly #sha512: string;
  #tokens: Tokens | null = null;
  #continue: string | null = null;

  /** `sha512` stands where the recording says `<SHA>`. */
  constructor(worker: RunningWorker, sha512: string) {
    this.#worker = worker;
    this.#sha512 = sha512;
  }

  /** `sensuctl configure`: one request, with Basic. */
  async configure(user: string, password: string): Promise<Response> {
    const headers = { Authorization: `Basic ${btoa(`${user}:${password}`)}` };
    return this.#keepTokens(await this.#worker.send("GET", "/auth", { headers }));
  }

  /** Sends a recorded request: its headers and body, with the real tokens and digest, and the page this server offered. */
  async send({ method, path, headers, body }: Exchange): Promise<Response> {
    const sent = body === "" ? undefined : this.#filledIn(body, path);
    const answer = await this.#worker.send(method, this.#paged(path), {
      headers: this.#withToken(headers),
      body: sent,
    });
    this.#continue = answer.headers.get("Sensu-Continue");
    return path === "/auth/token" ? this.#keepTokens(answer) : answer;
  }

  /** `sensuctl logout`. */
  logout(): Promise<Response> {
    const body = JSON.stringify({ refresh_token: this.#held().refresh_token });
    return this.#worker.send("POST", "/auth/logout", { headers: this.#withToken([]), body });
  }

  /** Where sensuctl 6 sends a refresh first: the issuer that the access token names. */
  issuer(): string {
    const [, claims = ""] = this.#held().access_token.split(".");
    return (JSON.parse(Buffer.from(claims, "base64url").toString()) as { iss: string }).iss;
  }

  /** A recorded answer, with the digest where the recording says `<SHA>`. */
  recorded({ answerBody }: Exchange): string {
    return answerBody.replaceAll("<SHA>", this.#sha512);
  }

  #filledIn(body: string, path: string): string {
    if (path === "/auth/token") return JSON.stringify({ refresh_token: this.#held().refresh_token });
    const text = body.replaceAll("<SHA>", this.#sha512);
    return isCut(text) ? completed(text, path) : text;
  }

  /** A client sends the token of the page before, whichever it was. */
  #paged(path: string): string {
    if (!path.includes("continue=")) return path;
    if (this.#continue === null) throw new Error(`the page before ${path} named no next one`);
    return path.replace(/continue=[^&]*/, `continue=${this.#continue}`);
  }

  #withToken(headers: readonly Header[]): Record<string, string> {
    const sent = new Headers();
    for (const [name, value] of headers) {
      if (name !== "Content-Length") sent.append(name, value);
    }
    sent.set("Authorization", `Bearer ${this.#held().access_token}`);
    return Object.fromEntries(sent);
  }

  #held(): Tokens {
    if (this.#tokens === null) throw new Error("sensuctl has not been configured");
    return this.#tokens;
  }

  /** As sensuctl does: only from a JSON answer, and only when nothing is missing (contract §5.1). */
  async #keepTokens(answer: Response): Promise<Response> {
    const isJson = /^application\/(?:[\w.-]+\+)?json/.test(answer.headers.get("Content-Type") ?? "");
    if (answer.status >= 400 || !isJson) return answer;
    const tokens = (await answer.clone().json()) as Tokens;
    if (tokens.access_token === "" || tokens.refresh_token === "" || !(tokens.expires_at > 0)) {
      throw new Error("the answer lacks a token or its expiry");
    }
    this.#tokens = tokens;
    return answer;
  }
}

/** Whether a recorded JSON body is only the beginning of one. */
export function isCut(body: string): boolean {
  try {
    JSON.parse(body);
    return false;
  } catch {
    return body !== "";
  }
}

/** `asset add` sends builds, cut in the recording, and Bonsai's annotations (contract §5.2). */
function completed(body: string, path: string): string {
  const [, namespace = "", name = ""] = /\/namespaces\/([^/]+)\/assets\/([^?]+)$/.exec(path) ?? [];
  const bonsai = {
    "io.sensu.bonsai.api_url": "https://bonsai.sensu.io/api/v1/assets/team/foo",
    "io.sensu.bonsai.name": "foo",
    "io.sensu.bonsai.namespace": "team",
    "io.sensu.bonsai.version": "0.2.0",
  };
  const metadata = { name: decodeURIComponent(name), namespace, annotations: bonsai };
  const start = body.slice(0, body.lastIndexOf(',"metadata"'));
  return `${start},"metadata":${JSON.stringify(metadata)},"headers":null}`;
}
