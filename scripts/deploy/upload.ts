// The upload itself, which is wrangler's: code, documents, bindings, cron, and the secret with them.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "./account.ts";
import { TOKEN_SECRET, withSecretsFile } from "./secret.ts";
import { wrangler } from "./wrangler.ts";

export interface Upload {
  /** The resolved configuration. */
  readonly file: string;
  readonly release: string;
  /** Cloudflare keeps up to 100 characters. */
  readonly message: string;
  /** A secret that the Worker does not have yet; the first upload is refused without it. */
  readonly secret: string | null;
}

/** Uploads and lets it run everywhere; the id of the version. */
export async function upload(account: Account, { file, release, message, secret }: Upload): Promise<string> {
  const args = ["deploy", "--config", file, "--minify", "--tag", release, "--message", message.slice(0, 100)];
  const folder = await mkdtemp(join(tmpdir(), "edge-assets-"));
  const output = join(folder, "wrangler.ndjson");
  const environment = { ...account.environment, WRANGLER_OUTPUT_FILE_PATH: output };
  try {
    await (secret === null
      ? wrangler(args, environment)
      : withSecretsFile({ [TOKEN_SECRET]: secret }, (secrets) =>
          wrangler([...args, "--secrets-file", secrets], environment),
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
