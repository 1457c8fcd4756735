// The upload itself, which is wrangler's: code, documents, bindings, cron, and the secret with them.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "./account.ts";
import { codeOf, cronAdvice, TOO_MANY_CRONS } from "./advice.ts";
import { ApiFailure } from "./api.ts";
import { releaseOf, runningRelease, type Running } from "./release.ts";
import { TOKEN_SECRET, withSecretsFile } from "./secret.ts";
import { Stopped, type Step, type Steps } from "./steps.ts";
import { withConfigFile, type Target } from "./target.ts";

export interface Uploading {
  /** The configuration with all its ids. */
  readonly config: Record<string, unknown>;
  readonly dryRun: boolean;
  /** What ran before; null when nothing did. */
  readonly running: Running | null;
  /** A secret that the Worker does not have yet; a first upload is refused without it. */
  readonly secret: string | null;
  /** Kept with the version; Cloudflare takes up to 100 characters. */
  readonly message: string;
}

/** Uploads this folder's release, unless it is what runs, with its cron and its address. */
export async function ensureRelease(
  steps: Steps,
  account: Account,
  target: Target,
  { config, dryRun, running, secret, message }: Uploading,
): Step<null> {
  const release = await releaseOf(config);
  if (running !== null && secret === null && isComplete(running, release, target)) {
    return [{ said: `release ${release} is running: unchanged` }, null];
  }
  if (dryRun) return [{ said: `would upload release ${release}` }, null];
  const wayBack =
    running === null
      ? `nothing ran before; npx wrangler delete --name ${target.worker} takes it away again`
      : `npx wrangler rollback ${running.version} --name ${target.worker}`;
  const args = ["--minify", "--tag", release, "--message", message.slice(0, 100)];
  try {
    const version = await withConfigFile(target.worker, config, (file) =>
      upload(["deploy", "--config", file, ...args], secret, account),
    );
    return [{ said: `release ${release} uploaded as version ${version}`, changed: true, wayBack }, null];
  } catch (error) {
    const now = await runningRelease(account, target.worker).catch(() => undefined);
    if (now === undefined) {
      steps.tell("upload", { said: "perhaps uploaded: Cloudflare does not tell", changed: true, wayBack });
    } else if (now !== null && now.version !== running?.version) {
      const said = `version ${now.version} is uploaded, perhaps without its cron and address`;
      steps.tell("upload", { said, changed: true, wayBack });
    }
    if (codeOf(error) === TOO_MANY_CRONS && error instanceof Error)
      throw new Stopped(error.message, ...cronAdvice(await cronHolders(account)));
    throw error;
  }
}

/** Workers that are asked for their cron triggers. */
const WORKERS_ASKED = 100;

/** A line for each Worker of the account that has cron triggers; none where Cloudflare does not say. */
async function cronHolders({ api, path }: Account): Promise<string[]> {
  try {
    const scripts = (await api.find<{ id: string }[]>(`${path}/workers/scripts`)) ?? [];
    const lines: string[] = [];
    for (const { id } of scripts.slice(0, WORKERS_ASKED)) {
      const found = await api.find<{ schedules: readonly { cron: string }[] }>(
        `${path}/workers/scripts/${encodeURIComponent(id)}/schedules`,
      );
      const crons = found?.schedules.map(({ cron }) => cron) ?? [];
      if (crons.length > 0) lines.push(`${id} has ${crons.length}: ${crons.join(", ")}`);
    }
    return lines;
  } catch (error) {
    if (error instanceof ApiFailure) return [];
    throw error;
  }
}

function isComplete(running: Running, release: string, { config }: Target): boolean {
  const crons = config.triggers.crons ?? [];
  return (
    running.release === release &&
    running.workersDev === (config.workers_dev ?? true) &&
    running.crons.toSorted().join() === crons.toSorted().join()
  );
}

/** Uploads and lets it run everywhere; the id of the version. */
async function upload(args: readonly string[], secret: string | null, account: Account): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "edge-assets-"));
  const output = join(folder, "wrangler.ndjson");
  const settings = { WRANGLER_OUTPUT_FILE_PATH: output };
  try {
    await (secret === null
      ? account.wrangler(args, settings)
      : withSecretsFile({ [TOKEN_SECRET]: secret }, (secrets) =>
          account.wrangler([...args, "--secrets-file", secrets], settings),
        ));
    return versionIn(await readFile(output, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** wrangler tells what it did in lines of JSON. */
function versionIn(lines: string): string {
  for (const line of lines.split("\n").filter(Boolean)) {
    const told = JSON.parse(line) as { type: string; version_id?: string };
    if (told.type === "deploy") return told.version_id ?? "unknown";
  }
  return "unknown";
}
