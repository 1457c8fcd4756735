// Cloudflare's API as the commands ask it: reads are tried again, changes never.
import { reasonOf, webOf, type Web } from "../command/web.ts";
import type { World } from "./world.ts";

const PUBLIC_API = "https://api.cloudflare.com/client/v4";
const PATIENCE_MS = 30_000;
/** Waits before a read is asked again, in milliseconds. */
const PAUSES_MS = [1_000, 3_000];
/** What every list takes: D1 no less than 10, accounts no more than 50. */
const PER_PAGE = 50;
/** Pages are turned no further; nobody has that many databases. */
const PAGES = 200;

/** An answer that is no success, or none (status 0). `route` is `GET /accounts/...`. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: number;
  readonly route: string;

  constructor(route: string, status: number, code: number, message: string) {
    super(`${route}: ${status === 0 ? "" : `${status} `}${message}${code === 0 ? "" : ` [code ${code}]`}`);
    this.name = "ApiFailure";
    this.status = status;
    this.code = code;
    this.route = route;
  }

  /** Whether what was asked for may have been done all the same. */
  get outcomeUnknown(): boolean {
    return !this.route.startsWith("GET") && (this.status === 0 || this.status >= 500);
  }
}

interface Envelope {
  readonly success?: boolean;
  readonly errors?: readonly { readonly code: number; readonly message: string }[];
  readonly result?: unknown;
}

export class CloudflareApi {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #sleep: World["sleep"];
  readonly #web: Web;

  /** `headers` are the credential. `CLOUDFLARE_API_BASE_URL` says where, as it does for wrangler. */
  constructor(headers: Readonly<Record<string, string>>, { environment, sleep }: World) {
    this.#base = (environment["CLOUDFLARE_API_BASE_URL"] || PUBLIC_API).replace(/\/+$/, "");
    this.#headers = headers;
    this.#sleep = sleep;
    this.#web = webOf(environment);
  }

  /** The result of a read; null when there is no such thing (404). */
  async find<T>(path: string): Promise<T | null> {
    try {
      return (await this.#read(path)).result as T;
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 404) return null;
      throw error;
    }
  }

  /** Every item of a list, page by page. Not every list tells how many there are; a page that is not full is the last. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let page = 1; page <= PAGES; page += 1) {
      const joint = path.includes("?") ? "&" : "?";
      const { result } = await this.#read(`${path}${joint}page=${page}&per_page=${PER_PAGE}`);
      const found = result as T[];
      items.push(...found);
      if (found.length < PER_PAGE) break;
    }
    return items;
  }

  /** The result of a change. When it fails with status 0 or 5xx, it may have been made all the same. */
  async change<T>(method: "POST" | "PATCH" | "PUT" | "DELETE", path: string, body: unknown): Promise<T> {
    return (await this.#ask(method, path, body)).result as T;
  }

  async #read(path: string): Promise<Envelope> {
    for (const pause of PAUSES_MS) {
      try {
        return await this.#ask("GET", path);
      } catch (error) {
        const passing =
          error instanceof ApiFailure && (error.status === 429 || error.status >= 500 || error.status === 0);
        if (!passing) throw error;
        await this.#sleep(pause);
      }
    }
    return this.#ask("GET", path);
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Envelope> {
    const route = `${method} ${path.replace(/\?.*/, "")}`;
    const init: NonNullable<Parameters<Web>[1]> = {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      signal: AbortSignal.timeout(PATIENCE_MS),
    };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await this.#web(`${this.#base}${path}`, init).catch((error: unknown) => {
      throw new ApiFailure(route, 0, 0, `no answer: ${reasonOf(error)}`);
    });
    const envelope = await response
      .text()
      .then((text) => JSON.parse(text) as Envelope)
      .catch((): Envelope => ({}));
    if (response.ok && envelope.success === true) return envelope;
    const [first] = envelope.errors ?? [];
    const unknown = method !== "GET" && response.status >= 500 ? "; it may have been done all the same" : "";
    const message = `${first?.message ?? response.statusText}${unknown}`;
    throw new ApiFailure(route, response.status, first?.code ?? 0, message);
  }
}
