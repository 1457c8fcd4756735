import type { AssetStore, PageFrom, StatedPage, StoredAsset } from "../../src/store/asset-store.ts";
import type { AssetOrigin } from "../../src/store/origin.ts";
import { JUST_READ, withValue, type ReadResult } from "../../src/store/reading.ts";
import type { AssetId, Namespace } from "../../src/identity/names.ts";

/** An origin without any cache before it: every read from the primary. */
export class DirectAssetStore implements AssetStore {
  readonly #origin: AssetOrigin;

  constructor(origin: AssetOrigin) {
    this.#origin = origin;
  }

  async get(id: AssetId): Promise<ReadResult<StoredAsset | null>> {
    return withValue(JUST_READ, (await this.#origin.get(id, "primary")).value);
  }

  async list(
    namespace: Namespace | null,
    from: PageFrom | null,
    limit: number,
  ): Promise<ReadResult<StatedPage>> {
    const { value, s, g } = await this.#origin.list(namespace, from, limit, "primary");
    return withValue(JUST_READ, { ...(value ?? { assets: [], next: null }), state: s ?? g });
  }

  put(...args: Parameters<AssetStore["put"]>) {
    return this.#origin.put(...args);
  }

  delete(...args: Parameters<AssetStore["delete"]>) {
    return this.#origin.delete(...args);
  }
}
