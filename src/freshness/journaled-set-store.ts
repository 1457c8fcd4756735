import type { AssetName, Namespace } from "../identity/names.ts";
import type { Commit } from "../store/asset-store.ts";
import type { NamespaceState, SetOrigin, SetOutcome, SetStore, SetWrite } from "../store/set-store.ts";
import { committing } from "./committing.ts";
import type { Edge } from "./edge.ts";

/** Sets of assets, told to the journal like every other commit: copies of what they changed are refuted by it. */
export class JournaledSetStore implements SetStore {
  readonly #origin: SetOrigin;
  readonly #edge: Edge;

  constructor(origin: SetOrigin, edge: Edge) {
    this.#origin = origin;
    this.#edge = edge;
  }

  state(namespace: Namespace, names: readonly AssetName[]): Promise<NamespaceState | null> {
    return this.#origin.state(namespace, names);
  }

  names(namespace: Namespace, after: string, limit: number): Promise<readonly AssetName[]> {
    return this.#origin.names(namespace, after, limit);
  }

  definitions(
    namespace: Namespace,
    names: readonly AssetName[],
    bytes: number,
  ): Promise<ReadonlyMap<string, string>> {
    return this.#origin.definitions(namespace, names, bytes);
  }

  async apply(set: SetWrite, commit: Commit): Promise<SetOutcome> {
    const { result } = await committing(this.#edge, commit, (since) =>
      this.#origin.apply(set, commit, since),
    );
    return result;
  }
}
