import {
  pageKey,
  type AssetStore,
  type AssetWrite,
  type DeleteOutcome,
  type PageFrom,
  type StatedPage,
  type StoredAsset,
  type WriteCondition,
  type WriteOutcome,
} from "../../src/store/asset-store.ts";
import { JUST_READ, withValue, type ReadResult } from "../../src/store/reading.ts";
import { compareBytes } from "../../src/go-json/json.ts";
import { AssetId, type Namespace } from "../../src/identity/names.ts";

/** The twin of the D1 store: the same promises over a Map, so that the contract is more than one program's habits. */
export class MemoryAssetStore implements AssetStore {
  readonly #namespaces: ReadonlySet<string>;
  readonly #assets = new Map<string, StoredAsset>();
  #seq = 0;

  constructor(namespaces: readonly string[]) {
    this.#namespaces = new Set(namespaces);
  }

  async get({ key }: AssetId): Promise<ReadResult<StoredAsset | null>> {
    return withValue(JUST_READ, this.#assets.get(key) ?? null);
  }

  async list(
    namespace: Namespace | null,
    from: PageFrom | null,
    limit: number,
  ): Promise<ReadResult<StatedPage>> {
    const all = [...this.#assets.values()]
      .filter((asset) => namespace === null || asset.namespace === namespace)
      .map((asset) => ({ asset, key: pageKey(namespace, asset) }))
      .sort((a, b) => compareBytes(a.key, b.key))
      .filter(({ key }) => {
        const order = compareBytes(key, from?.key ?? "");
        return order > 0 || (order === 0 && from?.inclusive === true);
      });
    const page = all.slice(0, limit);
    const next = all.length > page.length ? (page.at(-1)?.key ?? null) : null;
    return withValue(JUST_READ, { assets: page.map(({ asset }) => asset), next, state: this.#seq });
  }

  async put(asset: AssetWrite, condition: WriteCondition): Promise<WriteOutcome> {
    const { key } = new AssetId(asset.namespace, asset.name);
    const current = this.#assets.get(key);
    if (!this.#namespaces.has(asset.namespace)) return { outcome: "namespace-missing" };
    if (!holds(condition, current)) return { outcome: "condition-failed" };
    this.#seq += 1;
    this.#assets.set(key, { ...asset, seq: this.#seq });
    return { outcome: "committed", epoch: "e", seq: this.#seq, created: current === undefined };
  }

  async delete({ key }: AssetId, condition: WriteCondition): Promise<DeleteOutcome> {
    const current = this.#assets.get(key);
    if (current === undefined) return { outcome: "absent" };
    if (!holds(condition, current)) return { outcome: "condition-failed" };
    this.#seq += 1;
    this.#assets.delete(key);
    return { outcome: "committed", epoch: "e", seq: this.#seq };
  }
}

function holds({ match, noneMatch }: WriteCondition, current: StoredAsset | undefined): boolean {
  const tags = current === undefined ? [] : [current.etag, current.expressions?.etag];
  const among = (wanted: readonly string[] | "*") =>
    wanted === "*" ? current !== undefined : wanted.some((tag) => tags.includes(tag));
  return (match === null || among(match)) && (noneMatch === null || !among(noneMatch));
}
