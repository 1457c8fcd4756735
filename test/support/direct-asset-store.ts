import type { AssetStore, PageFrom, StatedPage, StoredAsset } from "../../src/store/asset-store.ts";
import type { AssetOrigin } from "../../src/store/origin.ts";
import type { AssetId, Namespace } from "../../src/identity/names.ts";

/** An origin without any cache before it: every read from the primary. */
export class DirectAssetStore implements AssetStore {
  readonly #origin: AssetOrigin;

  constructor(origin: AssetOrigin) {
    this.#origin = origin;
  }

  async get(id: AssetId): Promise<StoredAsset | null> {
    return (await this.#origin.get(id, "primary")).value;
  }

  async list(namespace: Namespace | null, from: PageFrom | null, limit: number): Promise<StatedPage> {
    const { value, s, g } = await this.#origin.list(namespace, from, limit, "primary");
    return { ...(value ?? { assets: [], next: null }), state: s ?? g };
  }

  put(...args: Parameters<AssetStore["put"]>) {
    return this.#origin.put(...args);
  }

  delete(...args: Parameters<AssetStore["delete"]>) {
    return this.#origin.delete(...args);
  }
}
