// The real bundle behind a real server, for suites that run in Node and may read files.
import { randomUUID } from "node:crypto";
import { createTestHarness } from "wrangler";
import { signAccessToken } from "../../src/auth/access-tokens.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { limitRows } from "./d1-limits.ts";

const SECRET = "a-secret-for-tests-that-is-long-enough-to-sign-with";

export interface Sent {
  readonly body?: string | Uint8Array | undefined;
  readonly headers?: Record<string, string>;
}

export interface RunningWorker {
  /** Sends a request as the principal `admin`, who may do everything, unless the headers say otherwise. */
  send(method: string, path: string, sent?: Sent): Promise<Response>;
  readonly database: D1Database;
  /** Where it listens. */
  readonly url: string;
  /** A token of the principal `admin`. */
  readonly token: string;
  /** A token of these grants. */
  tokenFor(...grants: string[]): Promise<string>;
  close(): Promise<void>;
}

interface Starting {
  readonly migrated?: boolean;
  /** Settings beside those of wrangler.toml. */
  readonly vars?: Record<string, string>;
}

/** Builds and starts the Worker with an empty database, migrated unless `migrated` is false. */
export async function startWorker({ migrated = true, vars = {} }: Starting = {}): Promise<RunningWorker> {
  const worker = { configPath: "./wrangler.toml", secrets: { TOKEN_SECRET: SECRET }, vars };
  return running(createTestHarness({ workers: [worker] }), migrated);
}

export interface FaultyWorker extends RunningWorker {
  /** Sets what the stand-in of KV does from now on, and tells what it was asked for since the last time. */
  kv(
    mode: "works" | "fails" | "slow" | "forgets" | "old",
  ): Promise<{ gets: number; puts: number; refused: number }>;
  /** Lets every statement fail, or no more. */
  databaseDown(down: boolean): Promise<void>;
}

/** The same with a KV that misbehaves on command in place of CACHE. */
export async function startFaultyWorker(): Promise<FaultyWorker> {
  const kvWorker = {
    name: "adversarial-kv",
    main: "./test/support/adversarial-kv.ts",
    compatibility_date: "2026-10-01",
  };
  const harness = createTestHarness({
    workers: [
      {
        configPath: "./wrangler.toml",
        secrets: { TOKEN_SECRET: SECRET },
        bindingOverrides: { CACHE: kvWorker.name },
      },
      { config: kvWorker },
    ],
  });
  const worker = await running(harness);
  return {
    ...worker,
    async kv(mode) {
      const answer = await harness.getWorker(kvWorker.name).fetch(`http://kv/?mode=${mode}`);
      return (await answer.json()) as { gets: number; puts: number; refused: number };
    },
    async databaseDown(down) {
      const [from, to] = down ? ["meta", "meta_away"] : ["meta_away", "meta"];
      await worker.database.prepare(`ALTER TABLE ${from} RENAME TO ${to}`).run();
    },
  };
}

async function running(
  harness: ReturnType<typeof createTestHarness>,
  migrated = true,
): Promise<RunningWorker> {
  const { url } = await harness.listen();
  const worker = harness.getWorker<{ DB: D1Database }>();
  const { DB: database } = await worker.getEnv();
  if (migrated) {
    await worker.applyD1Migrations("DB");
    await limitRows(database);
  }
  const token = await tokenOf("admin", ["admin@*"]);
  return {
    database,
    url: url.origin,
    token,
    tokenFor: (...grants) => tokenOf("agent", grants),
    close: () => harness.close(),
    async send(method, path, { body, headers } = {}) {
      const all = new Headers(headers);
      if (!all.has("Authorization")) all.set("Authorization", `Bearer ${token}`);
      const init = { method, headers: Object.fromEntries(all), redirect: "manual" as const };
      const response = await harness.fetch(path, body === undefined ? init : { ...init, body });
      return response as unknown as Response;
    },
  };
}

async function tokenOf(subject: string, grants: readonly string[]): Promise<string> {
  const [signer] = await readSigningKeys(SECRET);
  if (signer === undefined) throw new Error("no secret");
  const now = Math.floor(Date.now() / 1000);
  const times = { issuedAt: now, expiresAt: now + 3_600 };
  return signAccessToken(
    { issuer: "http://localhost", subject, grants, tokenId: randomUUID(), ...times },
    signer,
  );
}
