import type { Commit } from "./asset-store.ts";
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
