// What the local commands share: where local data lives, its secret, and how wrangler is run quietly.
import { randomBytes, randomUUID } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { signAccessToken } from "../src/auth/access-tokens.ts";
import { parseGrant } from "../src/auth/grants.ts";
import { readSigningKeys } from "../src/auth/signing-keys.ts";
import { isSubject } from "../src/auth/token-claims.ts";
import { Mistake } from "./command/mistake.ts";
import { quoted } from "./command/terminal.ts";

/** The folder of this project. */
export const PROJECT = fileURLToPath(new URL("..", import.meta.url));

/** The program of wrangler, which Node runs: found without npm's PATH as well. */
export const WRANGLER = join(
  dirname(createRequire(join(PROJECT, "package.json")).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

/** Where local data lives when `--state` does not say otherwise; also wrangler's own default. */
export const DEFAULT_STATE = ".wrangler/state";

const SECRETS = "secrets.env";

/** wrangler would otherwise try to reach the outside. */
export const QUIET_SWITCHES = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_HIDE_BANNER: "true",
};

/** The environment for wrangler. */
export const QUIET = { ...process.env, ...QUIET_SWITCHES };

/** Makes the folder of local data if there is none; throws a mistake where nothing can be kept in it. */
export async function writableState(state: string): Promise<void> {
  try {
    await makeFolder(resolve(state));
    await rmdir(await mkdtemp(join(state, "probe-")));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const wrong =
      code === "EEXIST" || code === "ENOTDIR"
        ? `${state} is not a folder`
        : `nothing can be written to the folder ${state} (${code})`;
    throw new Mistake(wrong, "pick another with --state");
  }
}

/** Node's own recursive mkdir never ends where a file system, such as /proc, says that a new folder's parent is not there. */
async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path).catch((error: NodeJS.ErrnoException) => error.code);
  if (made === undefined) return;
  if (made === "ENOENT") {
    await makeFolder(dirname(path));
    await mkdir(path);
  } else if (made !== "EEXIST" || !(await stat(path)).isDirectory()) {
    throw Object.assign(new Error(`cannot make ${path}`), { code: made });
  }
}

/** A dotenv file with this folder's secret, readable by its owner only; made on first use. */
export async function secretsFile(state: string): Promise<string> {
  const file = join(resolve(state), SECRETS);
  await mkdir(resolve(state), { recursive: true });
  const fresh = `TOKEN_SECRET=${randomBytes(32).toString("base64url")}\n`;
  await writeFile(file, fresh, { mode: 0o600, flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  return file;
}

export interface TokenRequest {
  readonly state: string;
  readonly grants: readonly string[];
  readonly name: string;
  readonly ttlSeconds: number;
  readonly issuer: string;
}

/** An access token signed with the local secret; a name or grant that the server would refuse is an error that says so. */
export async function localToken(request: TokenRequest): Promise<string> {
  if (!isSubject(request.name)) {
    throw new Mistake(
      `${quoted(request.name)} is not a name`,
      "use 1 to 255 characters, none of them a control character",
    );
  }
  for (const grant of request.grants) {
    if (parseGrant(grant) === null) {
      throw new Mistake(
        `${quoted(grant)} is not a grant`,
        "use view, edit or admin, @, and a namespace or *, as in view@default",
      );
    }
  }
  await refuseUnserved(request.state);
  const text = await readFile(await secretsFile(request.state), "utf8");
  const secret = /^TOKEN_SECRET=(.+)$/m.exec(text)?.[1] ?? "";
  const [signer] = await readSigningKeys(secret);
  if (signer === undefined) throw new Error("the local secret is empty");
  const now = Math.floor(Date.now() / 1000);
  return signAccessToken(
    {
      issuer: request.issuer,
      subject: request.name,
      grants: request.grants,
      issuedAt: now,
      expiresAt: now + request.ttlSeconds,
      tokenId: randomUUID(),
    },
    signer,
  );
}

/** A folder that no server has used has no secret: a token signed with a new one would be valid nowhere. */
async function refuseUnserved(state: string): Promise<void> {
  // What the default folder gets now, the next `npm start` uses.
  if (state === DEFAULT_STATE) await writableState(state);
  else await existingState(state);
}

/** The path of a folder of local data that a server has used; throws a mistake where none has. */
export async function existingState(state: string): Promise<string> {
  const folder = resolve(state);
  await access(join(folder, SECRETS)).catch(() => {
    const start = state === DEFAULT_STATE ? "npm start" : `npm start -- --state ${state}`;
    throw new Mistake(`no server has used the folder ${state}`, `start one first: ${start}`);
  });
  return folder;
}
