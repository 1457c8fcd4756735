import type { AssetPage, AssetStore, PageFrom, StoredAsset } from "../../src/store/asset-store.ts";
import type { AssetOrigin } from "../../src/store/origin.ts";

/** An origin without any cache before it: every read from the primary. */
export class DirectAssetStore implements AssetStore {
  readonly #origin: AssetOrigin;

  constructor(origin: AssetOrigin) {
    this.#origin = origin;
  }

  async get(namespace: string, name: string): Promise<StoredAsset | null> {
    return (await this.#origin.get(namespace, name, "primary")).value;
  }

  async list(namespace: string | null, from: PageFrom | null, limit: number): Promise<AssetPage> {
    const { value } = await this.#origin.list(namespace, from, limit, "primary");
    return value ?? { assets: [], next: null };
  }

  async put(...[asset, condition, commit]: Parameters<AssetStore["put"]>) {
    return (await this.#origin.put(asset, condition, commit, 0)).result;
  }

  async delete(...[namespace, name, condition, commit]: Parameters<AssetStore["delete"]>) {
    return (await this.#origin.delete(namespace, name, condition, commit, 0)).result;
  }
}
