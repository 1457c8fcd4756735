// Which release a Worker runs: what was uploaded is tagged with a digest of everything it was made from.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./account.ts";

/** Cloudflare keeps tags of up to 25 characters. */
const DIGITS = 16;

/** The digest of the code, the documents, the packages and the configuration; the same on every machine. */
export async function releaseOf(config: Record<string, unknown>): Promise<string> {
  const hash = createHash("sha256");
  const files = [...(await filesIn("src")), ...(await filesIn("public")), "package-lock.json"];
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(await readFile(file))
      .update("\0");
  hash.update(JSON.stringify(config).replaceAll(process.cwd(), ""));
  return hash.digest("hex").slice(0, DIGITS);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).replaceAll("\\", "/"))
    .sort();
}

/** What a Worker is running. */
export interface Running {
  readonly version: string;
  /** The tag it was uploaded with; null when it has none, such as after a change in the dashboard. */
  readonly release: string | null;
  /** Names of its bindings, secrets included. */
  readonly bindings: readonly string[];
  readonly crons: readonly string[];
  readonly workersDev: boolean;
}

interface Deployment {
  readonly created_on: string;
  readonly versions: readonly { readonly version_id: string }[];
}

interface Version {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly resources?: { readonly bindings?: readonly { readonly name: string }[] };
}

/** What is running under a name; null when nothing is. While two versions share the requests, no release is. */
export async function runningRelease({ api, path }: Account, worker: string): Promise<Running | null> {
  const script = `${path}/workers/scripts/${worker}`;
  const history = await api.find<{ deployments: readonly Deployment[] }>(`${script}/deployments`);
  const newestFirst = history?.deployments.toSorted((a, b) => b.created_on.localeCompare(a.created_on)) ?? [];
  const [latest] = newestFirst;
  const version = latest?.versions[0]?.version_id;
  if (version === undefined) return null;
  const [uploaded, schedules, subdomain] = await Promise.all([
    api.find<Version>(`${script}/versions/${version}`),
    api.find<{ schedules: readonly { cron: string }[] }>(`${script}/schedules`),
    api.find<{ enabled: boolean }>(`${script}/subdomain`),
  ]);
  let tagged = uploaded;
  // A change of secrets makes a version with the same code and no tag: the release is that of the one before.
  for (const { versions } of newestFirst.slice(1)) {
    if (tagged?.annotations?.["workers/triggered_by"] !== "secret") break;
    tagged = await api.find<Version>(`${script}/versions/${versions[0]?.version_id}`);
  }
  return {
    version,
    release: latest?.versions.length === 1 ? (tagged?.annotations?.["workers/tag"] ?? null) : null,
    bindings: uploaded?.resources?.bindings?.map(({ name }) => name) ?? [],
    crons: schedules?.schedules.map(({ cron }) => cron) ?? [],
    workersDev: subdomain?.enabled ?? false,
  };
}
