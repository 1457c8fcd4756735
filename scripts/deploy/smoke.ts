// Whether what was deployed answers as it should, asked from outside like any client.
import { webOf, type Web } from "../command/web.ts";
import { randomUUID } from "node:crypto";
import { signAccessToken } from "../../src/auth/access-tokens.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import type { World } from "./world.ts";

/** A new Worker takes seconds to be everywhere, a new name of workers.dev a minute. */
const PATIENCE_MS = 180_000;
const PAUSE_MS = 3_000;
const ANSWER_MS = 15_000;
/** Isolates judge copies by a journal no older than this; one older means that the cron does not run. */
export const JOURNAL_SECONDS = 180;

const ASSETS = "/api/core/v2/namespaces/default/assets";

/** Asks one thing; null when the answer is right, else what is wrong with it. */
type Check = () => Promise<string | null>;

export interface Smoked {
  readonly journalAgeSeconds: number;
  /** What was asked. */
  readonly asked: readonly string[];
}

/**
 * Asks until everything is right, or for three minutes; then the error says what is not. The first request with a credential is also what lets an
 * isolate write the journal: it finds none in KV and does the cron's work, by the clock that copies are judged by. This
 * machine's clock may be wrong, so nothing here writes one; without a credential the cron writes it within a minute.
 */
export async function smokeTest(
  url: string,
  authorization: string | null,
  { clock, sleep, environment }: World,
): Promise<Smoked> {
  let journalAgeSeconds = 0;
  const at = { url, web: webOf(environment) };
  const checks: [string, Check][] = [
    ["/version", () => statusOf(at, "/version", 200)],
    ["401 without a credential", () => statusOf(at, ASSETS, 401)],
    ...(authorization === null
      ? []
      : [["assets with one", () => statusOf(at, ASSETS, 200, authorization)] satisfies [string, Check]]),
    [
      "/ready",
      async () => {
        const answer = await ask(at, "/ready");
        if (typeof answer === "string") return answer;
        const { ready, kv, journal_age_seconds: age } = answer.json as Record<string, unknown>;
        if (answer.status !== 200 || ready !== true)
          return `answers ${answer.status}: the database does not answer`;
        if (kv !== true) return "says that KV does not answer";
        if (typeof age !== "number") return "says that there is no journal yet";
        if (age > JOURNAL_SECONDS) return `says that the journal is ${age} s old: the cron does not run`;
        journalAgeSeconds = age;
        return null;
      },
    ],
  ];

  const deadline = clock() + PATIENCE_MS;
  for (;;) {
    const wrong = await firstWrong(checks);
    if (wrong === null) return { journalAgeSeconds, asked: checks.map(([name]) => name) };
    if (clock() >= deadline) throw new Error(`${url} is not well after ${PATIENCE_MS / 1000} s: ${wrong}`);
    await sleep(PAUSE_MS);
  }
}

const TOKEN_SECONDS = 300;

/** What to ask for assets with: a key, the operator's own, or a token of the secret that was just made. */
export async function smokeCredential(
  made: { readonly key: string | null; readonly secret: string | null },
  url: string,
  { environment, clock }: World,
): Promise<string | null> {
  const key = made.key ?? (environment["SENSU_API_KEY"]?.trim() || null);
  if (key !== null) return `Key ${key}`;
  if (made.secret === null) return null;
  const [signer] = await readSigningKeys(made.secret);
  if (signer === undefined) return null;
  const issuedAt = Math.floor(clock() / 1000);
  const claims = { issuer: url, subject: "deploy", grants: ["view@default"], tokenId: randomUUID() };
  return `Bearer ${await signAccessToken({ ...claims, issuedAt, expiresAt: issuedAt + TOKEN_SECONDS }, signer)}`;
}

async function firstWrong(checks: readonly [string, Check][]): Promise<string | null> {
  for (const [name, check] of checks) {
    const wrong = await check();
    if (wrong !== null) return `${name} ${wrong}`;
  }
  return null;
}

/** A Worker, and how it is reached. */
interface Reached {
  readonly url: string;
  readonly web: Web;
}

async function statusOf(
  at: Reached,
  path: string,
  wanted: number,
  authorization?: string,
): Promise<string | null> {
  const answer = await ask(at, path, authorization);
  if (typeof answer === "string") return answer;
  return answer.status === wanted ? null : `answers ${answer.status} instead of ${wanted}`;
}

/** An answer, or why there is none. */
async function ask(
  { url, web }: Reached,
  path: string,
  authorization?: string,
): Promise<{ status: number; json: unknown; date: string | null } | string> {
  try {
    const response = await web(`${url}${path}`, {
      headers: authorization === undefined ? {} : { Authorization: authorization },
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.text();
    const json: unknown = text.startsWith("{") ? JSON.parse(text) : {};
    return { status: response.status, json, date: response.headers.get("Date") };
  } catch (error) {
    return `does not answer: ${String(error instanceof Error ? (error.cause ?? error) : error)}`;
  }
}
