import type { AssetOrigin, Replica, Snapshot } from "../../src/store/origin.ts";

type Page = Snapshot<NonNullable<Awaited<ReturnType<AssetOrigin["list"]>>["value"]>>;

/** A database in the hands of a test: it fails, and its replica stays where it was. */
export class FaultyOrigin implements AssetOrigin {
  down = false;
  /** Whether the nearest replica answers as it did when it was last asked. */
  lagging = false;
  reads: Replica[] = [];
  readonly #origin: AssetOrigin;
  readonly #seen = new Map<string, unknown>();

  constructor(origin: AssetOrigin) {
    this.#origin = origin;
  }

  get: AssetOrigin["get"] = (namespace, name, replica) =>
    this.#read(`${namespace}/${name}`, replica, () => this.#origin.get(namespace, name, replica));

  list: AssetOrigin["list"] = (namespace, from, limit, replica) =>
    this.#read<Page>(`list ${namespace} ${from?.key} ${limit}`, replica, () =>
      this.#origin.list(namespace, from, limit, replica),
    );

  put: AssetOrigin["put"] = async (...write) => {
    this.#fail();
    return this.#origin.put(...write);
  };

  delete: AssetOrigin["delete"] = async (...write) => {
    this.#fail();
    return this.#origin.delete(...write);
  };

  async #read<S extends Snapshot<unknown>>(
    key: string,
    replica: Replica,
    load: () => Promise<S>,
  ): Promise<S> {
    this.reads.push(replica);
    this.#fail();
    const old = this.#seen.get(key);
    if (this.lagging && replica === "nearest" && old !== undefined) return old as S;
    const snapshot = await load();
    if (!this.lagging) this.#seen.set(key, snapshot);
    return snapshot;
  }

  #fail(): void {
    if (this.down) throw new Error("D1_ERROR: the database does not answer");
  }
}
