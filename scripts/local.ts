// What the local commands share: where local data lives, its secret, and how wrangler is run quietly.
import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { signAccessToken } from "../src/auth/access-tokens.ts";
import { parseGrant } from "../src/auth/grants.ts";
import { readSigningKeys } from "../src/auth/signing-keys.ts";
import { isSubject } from "../src/auth/token-claims.ts";

/** Where local data lives when `--state` does not say otherwise; also wrangler's own default. */
export const DEFAULT_STATE = ".wrangler/state";

/** wrangler would otherwise try to reach the outside. */
export const QUIET_SWITCHES = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_HIDE_BANNER: "true",
};

/** The environment for wrangler. */
export const QUIET = { ...process.env, ...QUIET_SWITCHES };

/** A dotenv file with this folder's secret, readable by its owner only; made on first use. */
export async function secretsFile(state: string): Promise<string> {
  const file = join(resolve(state), "secrets.env");
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
    throw new Error(
      `"${request.name}" is not a name: use 1 to 255 characters, none of them a control character`,
    );
  }
  for (const grant of request.grants) {
    if (parseGrant(grant) === null) {
      throw new Error(
        `"${grant}" is not a grant: use view, edit or admin, @, and a namespace or *, as in view@default`,
      );
    }
  }
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
