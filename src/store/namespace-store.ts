import type { Namespace } from "../identity/names.ts";
import type { Commit, PageFrom } from "./asset-store.ts";
import type { Replica, Snapshot } from "./origin.ts";
import type { Reading, ReadResult } from "./reading.ts";

export type NamespaceDelete = "deleted" | "absent" | "not-empty";

/** Which namespaces a page holds: at most `limit` from a name on, of all or (not null) of these. */
export interface NamespaceRange {
  readonly among: readonly Namespace[] | null;
  readonly from: PageFrom | null;
  readonly limit: number;
}

export interface NamespacePage {
  readonly names: readonly Namespace[];
  /** Whether there are namespaces in the range after these. */
  readonly more: boolean;
}

/** Where namespaces are kept. Order is byte order; every change is one commit. */
export interface NamespaceStore {
  exists(name: Namespace, reading: Reading): Promise<ReadResult<boolean>>;
  page(range: NamespaceRange, reading: Reading): Promise<ReadResult<NamespacePage>>;
  /** False when the name is taken, and nothing has changed. */
  create(name: Namespace, commit: Commit): Promise<boolean>;
  /** Refuses while assets remain. */
  delete(name: Namespace, commit: Commit): Promise<NamespaceDelete>;
}

/** Namespaces as the database keeps them: snapshots, which whoever keeps copies judges, and writes. */
export interface NamespaceOrigin extends Pick<NamespaceStore, "create" | "delete"> {
  /** The name, if there is such a namespace. */
  find(name: Namespace, replica: Replica): Promise<Snapshot<Namespace>>;
  /** Its value is never null. */
  page(range: NamespaceRange, replica: Replica): Promise<Snapshot<NamespacePage>>;
}
