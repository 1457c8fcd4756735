// The KV namespace: found by its title (or by the id that wrangler.toml has), else made.
import type { Account } from "./account.ts";
import { Stopped, type Step } from "./steps.ts";
import type { Target } from "./target.ts";

/** The id of the KV namespace; null when the account has none of that title. */
export async function findNamespace({ api, path }: Account, { namespace }: Target): Promise<string | null> {
  const all = await api.list<{ id: string; title: string }>(`${path}/storage/kv/namespaces`);
  if (namespace.id === null) return all.find(({ title }) => title === namespace.title)?.id ?? null;
  if (all.some(({ id }) => id === namespace.id)) return namespace.id;
  throw new Stopped(
    `the account has no KV namespace with the id ${namespace.id} of wrangler.toml`,
    "remove that line, so that the namespace is found by its title or made",
  );
}

/** Finds the namespace or makes it; its id, null in a dry run. */
export async function ensureNamespace(
  account: Account,
  target: Target,
  { dryRun }: { readonly dryRun: boolean },
): Step<string | null> {
  const { title } = target.namespace;
  const found = await findNamespace(account, target);
  if (found !== null) return [{ said: `${title} exists` }, found];
  if (dryRun) return [{ said: `would make ${title}` }, null];
  const made = await account.api.change<{ id: string }>("POST", `${account.path}/storage/kv/namespaces`, {
    title,
  });
  return [{ said: `${title} made (${made.id})`, changed: true }, made.id];
}
