// The bucket for copies of archives: found by its name, else made where the account has R2. A deployment works without.
import type { Account } from "./account.ts";
import { ApiFailure } from "./api.ts";
import { Stopped, type Step } from "./steps.ts";
import type { Target } from "./target.ts";

/** R2's error for an account that has not enabled it. */
const NOT_ENABLED = 10042;

/** What there is of the bucket: its name where it exists, or why there is none. */
export type FoundBucket =
  | { readonly kind: "exists" | "missing"; readonly name: string }
  | { readonly kind: "without"; readonly why: string };

/** What is said of a deployment that has no bucket. */
export const ENABLE_R2 =
  "archives are checked and not copied; to have copies, enable R2 in the dashboard (R2 Object Storage) and run npm run deploy";

/** Looks for the bucket. */
export async function findBucket({ api, path }: Account, { bucket }: Target): Promise<FoundBucket> {
  if (bucket === null) return { kind: "without", why: "wrangler.toml binds no bucket as ARCHIVES" };
  try {
    const found = await api.find(`${path}/r2/buckets/${bucket}`);
    return { kind: found === null ? "missing" : "exists", name: bucket };
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.code === NOT_ENABLED) return { kind: "without", why: "the account has not enabled R2" };
    if (error.status === 401 || error.status === 403)
      return { kind: "without", why: "the credential lacks Workers R2 Storage: Edit" };
    throw error;
  }
}

/** Finds the bucket or makes it; its name, null where the account has no R2. `isBound`: what runs now has one. */
export async function ensureBucket(
  account: Account,
  target: Target,
  { dryRun, isBound }: { readonly dryRun: boolean; readonly isBound: boolean },
): Step<string | null> {
  const found = await findBucket(account, target);
  if (found.kind === "without") {
    if (isBound && target.bucket !== null) {
      throw new Stopped(
        `the running Worker serves copies of archives from a bucket, and ${found.why}`,
        "give the credential what it lacks: without the bucket the copies would no longer be served",
        "or, to do without them, remove [[r2_buckets]] from wrangler.toml",
      );
    }
    return [{ said: `none: ${found.why}; ${ENABLE_R2}` }, null];
  }
  const { kind, name } = found;
  if (kind === "exists") return [{ said: `${name} exists` }, name];
  if (dryRun) return [{ said: `would make ${name}` }, name];
  await account.api.change("POST", `${account.path}/r2/buckets`, { name });
  return [{ said: `${name} made`, changed: true }, name];
}
