import { AsyncLocalStorage } from "node:async_hooks";
import type { Spent } from "./spent.ts";

const accounts = new AsyncLocalStorage<Spent>();

/** Runs work and charges all its calls of D1 to this account. */
export function chargedTo<R>(account: Spent, work: () => R): R {
  return accounts.run(account, work);
}

/** The account of the request, or the run of the cron, that the caller works for; null outside of both. */
export function currentAccount(): Spent | null {
  return accounts.getStore() ?? null;
}

/** A function that works for the account of now whenever it is called: the runtime calls a stream's outside of any. */
export function onCurrentAccount<R>(work: () => R): () => R {
  return AsyncLocalStorage.bind(work);
}
