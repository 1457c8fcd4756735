// Secrets on their way to Cloudflare: in a file that only its owner reads, for as long as wrangler runs.
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "./account.ts";
import type { Step } from "./steps.ts";
import type { Target } from "./target.ts";

export const TOKEN_SECRET = "TOKEN_SECRET";
const BYTES = 48;

/** A secret that nobody knows: 64 characters of base64url. */
export function newSecret(): string {
  return randomBytes(BYTES).toString("base64url");
}

/** The names of a Worker's secrets; null when there is no such Worker. Cloudflare tells no values. */
export async function secretNames({ api, path }: Account, worker: string): Promise<string[] | null> {
  const secrets = await api.find<{ name: string }[]>(`${path}/workers/scripts/${worker}/secrets`);
  return secrets?.map(({ name }) => name) ?? null;
}

/** A new secret when the Worker has none; null when it has one, or in a dry run. */
export async function chooseSecret(
  account: Account,
  { worker }: Target,
  { dryRun }: { readonly dryRun: boolean },
): Step<string | null> {
  const names = await secretNames(account, worker);
  if (names?.includes(TOKEN_SECRET) === true) return [{ said: `${TOKEN_SECRET} is set` }, null];
  if (dryRun) return [{ said: `would make ${TOKEN_SECRET}` }, null];
  return [{ said: `${TOKEN_SECRET} made; it goes up with the code and is kept nowhere else` }, newSecret()];
}

/** Lets `use` read secrets from a file. It is gone when `use` ends, however it ends, and when this process is told to end. */
export async function withSecretsFile<T>(
  secrets: Readonly<Record<string, string>>,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "edge-assets-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const end = (signal: NodeJS.Signals) => {
    remove();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    const file = join(folder, "secrets.json");
    await writeFile(file, JSON.stringify(secrets), { mode: 0o600 });
    return await use(file);
  } finally {
    remove();
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}
