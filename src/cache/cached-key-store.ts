import type { Commit } from "../store/asset-store.ts";
import type { KeyOrigin, KeyOutcome, KeyRecord, KeyStore, NewKey } from "../store/key-store.ts";
import { changeKey, type Logged } from "../store/origin.ts";
import type { Reading } from "../store/reading.ts";
import { committing } from "./committing.ts";
import type { Edge } from "./edge.ts";
import { FreshReader } from "./fresh-reader.ts";
import type { Kind } from "./kind.ts";

const MIB = 1024 * 1024;
const KEY_MEMORY = { entries: 10_000, bytes: 8 * MIB };
/** About what a key takes in memory besides its grants. */
const KEY_BYTES = 400;

/** API keys under the same rule as assets: a revocation is seen everywhere within the bound, and never served past it. */
export class CachedKeyStore implements KeyStore {
  readonly #edge: Edge;
  readonly #origin: KeyOrigin;
  readonly #keys: FreshReader<string, KeyRecord>;

  constructor(origin: KeyOrigin, edge: Edge) {
    this.#edge = edge;
    this.#origin = origin;
    this.#keys = new FreshReader(edge, keyKind(origin), KEY_MEMORY);
  }

  find(digest: string, reading: Reading): Promise<KeyRecord | null> {
    return this.#keys.read(digest, reading);
  }

  list(): Promise<readonly KeyRecord[]> {
    return this.#origin.list();
  }

  named(name: string): Promise<readonly KeyRecord[]> {
    return this.#origin.named(name);
  }

  create(key: NewKey, commit: Commit): Promise<boolean> {
    return this.#commit(commit, (since) => this.#origin.create(key, commit, since));
  }

  async rotate(key: NewKey, oldExpiresAt: number, commit: Commit): Promise<void> {
    await this.#commit(commit, (since) => this.#origin.rotate(key, oldExpiresAt, commit, since));
  }

  revoke(name: string, commit: Commit): Promise<boolean> {
    return this.#commit(commit, (since) => this.#origin.revoke(name, commit, since));
  }

  touch(digest: string, day: string): Promise<void> {
    return this.#origin.touch(digest, day);
  }

  async #commit(commit: Commit, write: (since: number) => Promise<Logged<KeyOutcome>>): Promise<boolean> {
    const { result } = await committing(this.#edge, commit, write);
    return result.outcome === "committed";
  }
}

/** Keys by digest. Their copies hold no secret: a digest opens nothing. */
export function keyKind(origin: Pick<KeyOrigin, "find">): Kind<string, KeyRecord> {
  return {
    alwaysTold: false,
    immutable: false,
    stale: false,
    permanent: true,
    key: (digest) => `k:${digest}`,
    mark: (digest) => `k:${digest}`,
    changedAt: (journal, digest) => journal.changes.get(changeKey("key", "", digest) ?? "") ?? 0,
    load: (digest, replica) => origin.find(digest, replica),
    encode: (record) => ({ text: JSON.stringify(record) }),
    decode(_digest, { text }) {
      const record: KeyRecord = JSON.parse(text);
      return record;
    },
    bytes: ({ grants }) => KEY_BYTES + 2 * grants.join("").length,
  };
}
