import type { Namespace } from "../identity/names.ts";
import type { Commit } from "./asset-store.ts";
import type { Logged } from "./origin.ts";
import type { Reading } from "./reading.ts";

export type NamespaceDelete = "deleted" | "absent" | "not-empty";

/** Where namespaces are kept. Order is byte order; every change is one commit. */
export interface NamespaceStore {
  exists(name: Namespace, reading: Reading): Promise<boolean>;
  /** Every namespace's name, in byte order. */
  names(reading: Reading): Promise<readonly Namespace[]>;
  /** False when the name is taken, and nothing has changed. */
  create(name: Namespace, commit: Commit): Promise<boolean>;
  /** Refuses while assets remain. */
  delete(name: Namespace, commit: Commit): Promise<NamespaceDelete>;
}

/** Namespaces as the database keeps them; writes tell the log (see origin.ts). */
export interface NamespaceOrigin {
  names(): Promise<readonly Namespace[]>;
  create(
    name: Namespace,
    commit: Commit,
    since: number,
  ): Promise<Logged<{ readonly outcome: "committed" | "taken" }>>;
  delete(
    name: Namespace,
    commit: Commit,
    since: number,
  ): Promise<Logged<{ readonly outcome: "committed" | "absent" | "not-empty" }>>;
}
