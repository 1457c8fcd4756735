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

const AGAIN = "run the same command again: what is done is not done twice";

/** The account has as many cron triggers as its plan allows; Cloudflare then refuses every change of a schedule. */
export const TOO_MANY_CRONS = 10072;
/** The newest version, or its settings, are not those that run, so that secrets cannot be changed. */
const NOT_DEPLOYED = new Set([10214, 10215]);

/** Cloudflare's code of an error, of its API or of wrangler that asked it; 0 where there is none. */
export function codeOf(error: unknown): number {
  if (error instanceof ApiFailure) return error.code;
  if (!(error instanceof WranglerFailure)) return 0;
  return Number(/\[code: (\d+)\]/.exec(error.message)?.[1] ?? 0);
}

/** Lines that say what to do; a failure that is not known is worth another try, since nothing is done twice. */
export function adviceFor(error: unknown): string[] {
  if (codeOf(error) === TOO_MANY_CRONS) return cronAdvice([]);
  if (NOT_DEPLOYED.has(codeOf(error))) {
    return [
      "a newer version of the Worker was uploaded and does not run: npx wrangler versions list names it",
      "let it run (npx wrangler versions deploy), or replace it by this folder's (npm run deploy)",
      AGAIN,
    ];
  }
  if (error instanceof ApiFailure && (error.status === 401 || error.status === 403)) {
    return [grantAdvice([permissionFor(error.route)]), AGAIN];
  }
  if (error instanceof WranglerFailure && error.message.includes("[code: 10000]")) {
    return [grantAdvice([permissionFor(error.message)]), AGAIN];
  }
  if (error instanceof ApiFailure && error.status === 0)
    return ["see whether this machine reaches it", AGAIN];
  if (error instanceof ApiFailure && (error.status >= 500 || error.status === 429)) {
    return ["see https://www.cloudflarestatus.com", AGAIN];
  }
  return [AGAIN];
}

/** What to do where the account has no cron trigger left; `holders` names the Workers that have them. */
export function cronAdvice(holders: readonly string[]): string[] {
  return [
    "the account has used up its cron triggers: Workers Free has 5, Workers Paid 250, over all Workers",
    ...holders,
    "free one (dashboard: the other Worker, Settings, Trigger events), or move the account to Workers Paid",
    "until then the Worker answers without its cron: slower, and right",
    AGAIN,
  ];
}
