import type { Commit } from "./asset-store.ts";
import type { Logged } from "./origin.ts";
import type { Reading } from "./reading.ts";

export type NamespaceDelete = "deleted" | "absent" | "not-empty";

/** Where namespaces are kept. Order is byte order; every change is one commit. */
export interface NamespaceStore {
  exists(name: string, reading: Reading): Promise<boolean>;
  /** Every namespace's name, in byte order. */
  names(reading: Reading): Promise<readonly string[]>;
  /** False when the name is taken, and nothing has changed. */
  create(name: string, commit: Commit): Promise<boolean>;
  /** Refuses while assets remain. */
  delete(name: string, commit: Commit): Promise<NamespaceDelete>;
}

/** Namespaces as the database keeps them; writes tell the log (see origin.ts). */
export interface NamespaceOrigin {
  names(): Promise<readonly string[]>;
  create(
    name: string,
    commit: Commit,
    since: number,
  ): Promise<Logged<{ readonly outcome: "committed" | "taken" }>>;
  delete(
    name: string,
    commit: Commit,
    since: number,
  ): Promise<Logged<{ readonly outcome: "committed" | "absent" | "not-empty" }>>;
}
