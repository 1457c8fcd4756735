// The real bundle behind a real server, for suites that run in Node and may read files.
import { randomUUID } from "node:crypto";
import { createTestHarness } from "wrangler";
import { signAccessToken } from "../../src/auth/access-tokens.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";

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
  close(): Promise<void>;
}

/** Builds and starts the Worker with an empty, migrated database. */
export async function startWorker(): Promise<RunningWorker> {
  const harness = createTestHarness({
    workers: [{ configPath: "./wrangler.toml", secrets: { TOKEN_SECRET: SECRET } }],
  });
  const { url } = await harness.listen();
  const worker = harness.getWorker<{ DB: D1Database }>();
  await worker.applyD1Migrations("DB");
  const { DB: database } = await worker.getEnv();
  const token = await adminToken();
  return {
    database,
    url: url.origin,
    token,
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

async function adminToken(): Promise<string> {
  const [signer] = await readSigningKeys(SECRET);
  if (signer === undefined) throw new Error("no secret");
  const now = Math.floor(Date.now() / 1000);
  const times = { issuedAt: now, expiresAt: now + 3_600 };
  const claims = { issuer: "http://localhost", subject: "admin", grants: ["admin@*"], tokenId: randomUUID() };
  return signAccessToken({ ...claims, ...times }, signer);
}
