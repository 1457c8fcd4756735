import type { Timer } from "../lib/timer.ts";
import { decideHeaders, decideRedirect, decideUrl, shownUrl, type FetchPolicy } from "./url-rule.ts";
import { FIRST_BYTES } from "./first-bytes.ts";
import { findingOf, type Finding } from "./state.ts";
import type { ArchiveSource } from "./source.ts";

/** An answer to one request, redirects not followed, its body as the bytes that were sent. */
export interface Reply {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Sends one GET. Rejects where there is no answer. */
export type Get = (
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Reply>;

/** Hashes bytes that come one piece at a time. */
export interface Hasher {
  readonly update: (bytes: Uint8Array) => Promise<void> | void;
  /** In lower-case hex. */
  readonly digest: () => Promise<string>;
}

/** How long and how much a check may take. */
export interface CheckLimits {
  /** Milliseconds without an answer or without bytes. */
  readonly silenceMs: number;
  /** Milliseconds in all. */
  readonly totalMs: number;
  readonly maxBytes: number;
}

/** What the host said of the bytes it served last, for it to say that they are the same. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** The answer that holds the bytes. */
export interface Found {
  readonly reply: Reply;
  /** By Content-Length; null where the host does not say. */
  readonly length: number | null;
}

/** What reading the bytes gave. */
export type Consumed =
  | {
      readonly kind: "bytes";
      readonly size: number;
      readonly digest: string;
      readonly first: Uint8Array | null;
    }
  | { readonly kind: "finding"; readonly finding: Finding };

/** Reads the bytes of an answer. `touch` is to be called whenever some have come. */
export type Consume = (found: Found, touch: () => void) => Promise<Consumed>;

/** What was asked for, and what came of it. */
export type Outcome =
  | { readonly kind: "finding"; readonly finding: Finding }
  | { readonly kind: "same"; readonly reply: Reply }
  | { readonly kind: "status"; readonly reply: Reply; readonly host: string; readonly isConditional: boolean }
  | {
      readonly kind: "bytes";
      readonly found: Found;
      readonly consumed: Extract<Consumed, { kind: "bytes" }>;
    };

export interface FetchOptions {
  readonly get: Get;
  readonly policy: FetchPolicy;
  readonly limits: CheckLimits;
  readonly timer: Timer;
  readonly validators: Validators;
  readonly consume: Consume;
}

const REDIRECTS = 5;
const IS_REDIRECT = new Set([301, 302, 303, 307, 308]);

/** Ends a fetch that takes too long; says which limit it was. */
class Patience {
  readonly #controller = new AbortController();
  readonly #options: Pick<FetchOptions, "limits" | "timer">;
  readonly #cancelTotal: () => void;
  readonly #ended = Promise.withResolvers<never>();
  #cancelSilence: () => void = () => undefined;
  #why: string | null = null;

  constructor(options: Pick<FetchOptions, "limits" | "timer">) {
    this.#options = options;
    // Whoever waits gets the rejection; nobody waits while nothing is under way.
    this.#ended.promise.catch(() => undefined);
    const { limits, timer } = options;
    this.#cancelTotal = timer(limits.totalMs, () =>
      this.#end(`it took longer than ${limits.totalMs / 1_000} seconds in all`),
    );
    this.touch();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it was ended; null while it was not. */
  get why(): string | null {
    return this.#why;
  }

  /** Something has come: silence begins again. */
  readonly touch = (): void => {
    this.#cancelSilence();
    const { limits, timer } = this.#options;
    this.#cancelSilence = timer(limits.silenceMs, () =>
      this.#end(`nothing came for ${limits.silenceMs / 1_000} seconds`),
    );
  };

  /** The work, or a rejection as soon as it takes too long. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#ended.promise]);
  }

  stop(): void {
    this.#cancelTotal();
    this.#cancelSilence();
    this.#controller.abort();
  }

  #end(why: string): void {
    this.#why ??= why;
    this.#controller.abort();
    this.#ended.reject(new Error(why));
  }
}

/**
 * Fetches an archive as the rules allow: redirects by hand, the definition's headers to the origin of its URL alone and
 * only until the first redirect away from it, the bytes as they were sent. Never rejects.
 */
export async function fetchArchive(source: ArchiveSource, options: FetchOptions): Promise<Outcome> {
  const first = decideUrl(source.url, options.policy);
  if ("problem" in first) return notCheckable(first.problem);
  const secrets = decideHeaders(source.headers);
  if ("problem" in secrets) return notCheckable(secrets.problem);
  const patience = new Patience(options);
  let reply: Reply | null = null;
  let url = first.url;
  try {
    let headers = secrets.headers;
    for (let hop = 0; hop <= REDIRECTS; hop += 1) {
      const sent = { ...headers, ...conditional(options.validators), "Accept-Encoding": "identity" };
      reply = await patience.race(options.get(url.href, sent, patience.signal));
      patience.touch();
      const location = reply.header("Location");
      if (!IS_REDIRECT.has(reply.status) || location === null)
        return await outcomeOf(reply, url, options, patience);
      await cancel(reply);
      const next = decideRedirect(location, url, options.policy);
      if ("problem" in next) return found("refused", next.problem, { status: reply.status });
      if (next.url.origin !== first.url.origin) headers = {};
      url = next.url;
    }
    return found("refused", `it redirects more than ${REDIRECTS} times`, { status: reply?.status ?? null });
  } catch (error) {
    if (error instanceof Postponed) throw error;
    const why = patience.why ?? `there is no answer, or it broke off: ${messageOf(error)}`;
    return found("unreachable", `${shownUrl(url)}: ${why}`, { status: reply?.status ?? null });
  } finally {
    patience.stop();
    if (reply !== null) await cancel(reply);
  }
}

/** Thrown by a `Get` that may not send any more requests now: the check is no finding, and is made another time. */
export class Postponed extends Error {}

async function outcomeOf(
  reply: Reply,
  url: URL,
  { limits, validators, consume }: FetchOptions,
  patience: Patience,
): Promise<Outcome> {
  const isConditional = validators.etag !== null || validators.lastModified !== null;
  if (reply.status === 304 && isConditional) return { kind: "same", reply };
  if (reply.status !== 200) return { kind: "status", reply, host: url.host, isConditional };
  const length = lengthOf(reply);
  if (length !== null && length > limits.maxBytes) return tooLarge(length, limits.maxBytes);
  const consumed = await patience.race(consume({ reply, length }, patience.touch));
  if (consumed.kind === "finding") return consumed;
  if (length !== null && consumed.size !== length) {
    return found("unreachable", `${consumed.size} bytes came of the ${length} that were announced`, {
      status: 200,
    });
  }
  return { kind: "bytes", found: { reply, length }, consumed };
}

/** Hashes the bytes one piece at a time, and keeps the first of them. */
export function hashing(hasherOf: () => Hasher, maxBytes: number): Consume {
  return async ({ reply }, touch) => {
    const hasher = hasherOf();
    const first = new Uint8Array(FIRST_BYTES);
    let size = 0;
    const reader = reply.body?.getReader();
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done || value === undefined) break;
      touch();
      if (size < FIRST_BYTES) first.set(value.subarray(0, FIRST_BYTES - size), size);
      size += value.byteLength;
      if (size > maxBytes) {
        await reader?.cancel();
        return tooLarge(null, maxBytes);
      }
      await hasher.update(value);
    }
    return {
      kind: "bytes",
      size,
      digest: await hasher.digest(),
      first: first.slice(0, Math.min(size, FIRST_BYTES)),
    };
  };
}

/** The finding of what is larger than a check takes. */
export function tooLarge(size: number | null, limit: number): { kind: "finding"; finding: Finding } {
  const said = size === null ? `it does not end within ${limit} bytes` : `it has ${size} bytes`;
  return found(
    "too_large",
    `${said}, and a check here takes ${limit}; \`npm run assets -- verify\` takes any`,
    {
      status: 200,
      size,
    },
  );
}

function found(...finding: Parameters<typeof findingOf>): { kind: "finding"; finding: Finding } {
  return { kind: "finding", finding: findingOf(...finding) };
}

function notCheckable(problem: string) {
  return found("not_checkable", problem);
}

function conditional({ etag, lastModified }: Validators): Record<string, string> {
  return {
    ...(etag === null ? {} : { "If-None-Match": etag }),
    ...(lastModified === null ? {} : { "If-Modified-Since": lastModified }),
  };
}

/** Null where the host does not say it, or says it so that nobody can tell. */
function lengthOf({ header }: Reply): number | null {
  const text = header("Content-Length") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Lets go of a body that nobody reads; one that is locked is being read, and ends with the signal. */
async function cancel({ body }: Reply): Promise<void> {
  if (body === null || body.locked) return;
  await body.cancel().catch(() => undefined);
}

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
