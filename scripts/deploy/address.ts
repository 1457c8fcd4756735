// Where a Worker answers.
import type { Account } from "./account.ts";
import { Stopped } from "./steps.ts";
import type { Target } from "./target.ts";

/** The URL to reach it by: the one that is given, else its custom domain, else its name on workers.dev. */
export async function addressOf(
  account: Account,
  target: Target,
  given: string | undefined,
): Promise<string> {
  const known = addressWithoutAccount(target, given);
  if (known !== null) return known;
  const found = await account.api.find<{ subdomain: string }>(`${account.path}/workers/subdomain`);
  if (found === null) {
    throw new Stopped(
      "the account has no subdomain of workers.dev yet",
      `choose one: https://dash.cloudflare.com/${account.id}/workers/onboarding`,
    );
  }
  return `https://${target.worker}.${found.subdomain}.workers.dev`;
}

/** The same as far as no account is needed for it; null for a name on workers.dev, which the account decides. */
export function addressWithoutAccount({ config }: Target, given: string | undefined): string | null {
  if (given !== undefined) {
    if (!/^https?:\/\/[^/]+/.test(given))
      throw new Stopped(`--url ${given} is no http or https URL`, "give it as in https://assets.example.com");
    return given.replace(/\/+$/, "");
  }
  const domain = config.routes?.find((route) => typeof route === "object" && route.custom_domain === true);
  if (typeof domain === "object") return `https://${domain.pattern}`;
  if (config.workers_dev === false) {
    throw new Stopped(
      "the configuration has workers_dev = false and no custom domain",
      "say where it answers: -- --url https://assets.example.com",
    );
  }
  return null;
}
