import type { Namespace } from "../identity/names.ts";

/** What a namespace holds. Bytes are those of definitions, as they are stored and served. */
export interface Usage {
  readonly assets: number;
  /** Archives that agents can be given: an asset without builds is one. */
  readonly builds: number;
  readonly definitionBytes: number;
  /** Commits to assets, those of earlier lives of the namespace included. */
  readonly revisions: number;
  readonly historyBytes: number;
  /** False when there is more than one request may count: the figures are then those of the part that was counted. */
  readonly isComplete: boolean;
}

/** Counts what is stored. */
export interface UsageStore {
  /** Null for a namespace that does not exist. */
  ofNamespace(namespace: Namespace): Promise<Usage | null>;
}
