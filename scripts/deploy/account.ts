// Who deploys, to which account, and whether that credential may.
import { grantAdvice, permissionFor } from "./advice.ts";
import { ApiFailure, CloudflareApi } from "./api.ts";
import { Stopped, type Step } from "./steps.ts";
import type { Environment, World } from "./world.ts";
import { WranglerFailure } from "./wrangler.ts";

/** A credential at Cloudflare and the account it is used on. */
export interface Account {
  readonly api: CloudflareApi;
  readonly id: string;
  /** `/accounts/<id>`, where the paths of its API start. */
  readonly path: string;
  /** For a line: the account, and where the credential came from. */
  readonly said: string;
  /** Runs wrangler on the same account with the same credential; `settings` go with them. */
  readonly wrangler: (args: readonly string[], settings?: Environment) => Promise<string>;
}

const NAME_ONE = "name the account: -- --account ID, or CLOUDFLARE_ACCOUNT_ID";
const LOG_IN = "set CLOUDFLARE_API_TOKEN (docs/deploy.md), or run `npx wrangler login`";

/** Finds the credential and the account; of several accounts one must be named. */
export async function logIn(wanted: string | undefined, world: World): Promise<Account> {
  const { environment } = world;
  const { headers, from } = await credential(world);
  const api = new CloudflareApi(headers, world);
  const named = wanted ?? (environment["CLOUDFLARE_ACCOUNT_ID"] || undefined);
  const accounts = await listAccounts(api, from, named !== undefined);
  const found = named === undefined ? only(accounts, from) : named;
  const name = accounts.find(({ id }) => id === found)?.name;
  if (accounts.length > 0 && name === undefined) {
    throw new Stopped(`the credential of ${from} does not reach the account ${found}`, ...choices(accounts));
  }
  return {
    api,
    id: found,
    path: `/accounts/${found}`,
    said: `${name === undefined ? found : `${name} (${found})`}, by ${from}`,
    wrangler: (args, settings = {}) =>
      world.wrangler(args, { ...environment, CLOUDFLARE_ACCOUNT_ID: found, ...settings }),
  };
}

/** A token that belongs to an account may not list accounts; it works on the one that is named. */
const ACCOUNT_OWNED = 1001;

async function listAccounts(
  api: CloudflareApi,
  from: string,
  named: boolean,
): Promise<readonly { id: string; name: string }[]> {
  try {
    return await api.list<{ id: string; name: string }>("/accounts");
  } catch (error) {
    if (!(error instanceof ApiFailure) || ![400, 401, 403].includes(error.status)) throw error;
    const mayGoOn = error.code === ACCOUNT_OWNED || error.status === 403;
    if (mayGoOn && named) return [];
    if (mayGoOn) throw new Stopped(`${from} may not list accounts`, NAME_ONE);
    throw new Stopped(`Cloudflare does not accept the credential of ${from}: ${error.message}`, LOG_IN);
  }
}

function only(accounts: readonly { id: string; name: string }[], from: string): string {
  const [first, ...others] = accounts;
  if (first === undefined) {
    throw new Stopped(`the credential of ${from} reaches no account`, NAME_ONE);
  }
  if (others.length > 0)
    throw new Stopped(`the credential of ${from} reaches several accounts`, ...choices(accounts));
  return first.id;
}

function choices(accounts: readonly { id: string; name: string }[]): string[] {
  return [NAME_ONE, ...accounts.map(({ id, name }) => `${id}  ${name}`)];
}

/** The token of the environment, else that of `wrangler login`, which wrangler keeps and renews. */
async function credential({
  environment,
  wrangler,
}: World): Promise<{ headers: Record<string, string>; from: string }> {
  const token = environment["CLOUDFLARE_API_TOKEN"]?.trim() ?? "";
  if (token !== "") return { headers: { Authorization: `Bearer ${token}` }, from: "CLOUDFLARE_API_TOKEN" };
  const told = await wrangler(["auth", "token", "--json"], environment).catch((error: unknown) => {
    if (error instanceof WranglerFailure) throw new Stopped("nobody is logged in at Cloudflare", LOG_IN);
    throw error;
  });
  const held = JSON.parse(told.slice(told.indexOf("{"))) as {
    type: string;
    token?: string;
    key?: string;
    email?: string;
  };
  if (held.type === "api_key") {
    return {
      headers: { "X-Auth-Key": held.key ?? "", "X-Auth-Email": held.email ?? "" },
      from: "CLOUDFLARE_API_KEY",
    };
  }
  return { headers: { Authorization: `Bearer ${held.token ?? ""}` }, from: "wrangler login" };
}

/** A read of each API that a deployment writes to. */
const READS = ["", "/workers/scripts", "/storage/kv/namespaces", "/d1/database"];

/** Says what a token lacks, all at once. */
export async function checkPermissions(account: Account): Step<null> {
  const missing = await missingPermissions(account);
  if (missing.length === 0) return [{ said: "Workers, KV, D1 and the account can be read" }, null];
  throw new Stopped(
    `the credential lacks ${missing.join(", ")} on the account ${account.id}`,
    grantAdvice(missing),
  );
}

/** The permissions that a token lacks. Reads are tried: whether one may also write shows when something is written. */
export async function missingPermissions({ api, path }: Account): Promise<string[]> {
  const missing = await Promise.all(
    READS.map(async (read) => {
      try {
        await api.find(`${path}${read}`);
        return null;
      } catch (error) {
        if (error instanceof ApiFailure && (error.status === 401 || error.status === 403)) {
          return permissionFor(`${read}/`);
        }
        throw error;
      }
    }),
  );
  return missing.filter((permission) => permission !== null);
}
