import type { Namespace } from "../identity/names.ts";
import type { Commit } from "./asset-store.ts";
import type { Reading, ReadResult } from "./reading.ts";

export type NamespaceDelete = "deleted" | "absent" | "not-empty";

/** Where namespaces are kept. Order is byte order; every change is one commit. */
export interface NamespaceStore {
  exists(name: Namespace, reading: Reading): Promise<ReadResult<boolean>>;
  /** Every namespace's name, in byte order. */
  names(reading: Reading): Promise<ReadResult<readonly Namespace[]>>;
  /** False when the name is taken, and nothing has changed. */
  create(name: Namespace, commit: Commit): Promise<boolean>;
  /** Refuses while assets remain. */
  delete(name: Namespace, commit: Commit): Promise<NamespaceDelete>;
}

/** Namespaces as the database keeps them. */
export interface NamespaceOrigin extends Pick<NamespaceStore, "create" | "delete"> {
  names(): Promise<readonly Namespace[]>;
}
