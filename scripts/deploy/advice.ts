// What to do about a call of Cloudflare's API that failed.
import { ApiFailure } from "./api.ts";
import { WranglerFailure } from "./wrangler.ts";

/** Where tokens are given permissions. */
const TOKENS_PAGE = "https://dash.cloudflare.com/profile/api-tokens";

/** The permission without which calls of these paths are refused. */
const PERMISSIONS: readonly [RegExp, string][] = [
  [/\/d1\//, "D1: Edit"],
  [/\/storage\/kv\//, "Workers KV Storage: Edit"],
  [/\/r2\//, "Workers R2 Storage: Edit"],
  [/\/workers\//, "Workers Scripts: Edit"],
  [/./, "Account Settings: Read"],
];

/** The permission that a call needs. */
export function permissionFor(path: string): string {
  return PERMISSIONS.find(([pattern]) => pattern.test(path))?.[1] ?? "";
}

/** How to give a token permissions. */
export function grantAdvice(permissions: readonly string[]): string {
  return `give the token ${permissions.join(", ")} on this account at ${TOKENS_PAGE}, or log in with npx wrangler login`;
}

/** Lines that say what to do; a failure that is not known is worth another try, since nothing is done twice. */
export function adviceFor(error: unknown): string[] {
  const again = "run the same command again: what is done is not done twice";
  if (error instanceof ApiFailure && (error.status === 401 || error.status === 403)) {
    return [grantAdvice([permissionFor(error.route)]), again];
  }
  if (error instanceof WranglerFailure && error.message.includes("[code: 10000]")) {
    return [grantAdvice([permissionFor(error.message)]), again];
  }
  if (error instanceof ApiFailure && error.status === 0)
    return ["see whether this machine reaches it", again];
  if (error instanceof ApiFailure && (error.status >= 500 || error.status === 429)) {
    return ["see https://www.cloudflarestatus.com", again];
  }
  return [again];
}
