import type { Commit } from "../store/asset-store.ts";
import type {
  GrantList,
  KeyOrigin,
  KeyPage,
  KeyRecord,
  KeyStore,
  NewKey,
  Replacement,
} from "../store/key-store.ts";
import { textBytes } from "../lib/text-bytes.ts";
import { apiKeyKey } from "../identity/cache-key.ts";
import type { Reading, ReadResult } from "../store/reading.ts";
import type { Edge } from "./edge.ts";
import { FreshReader } from "./fresh-reader.ts";
import type { Kind } from "./kind.ts";

const MIB = 1024 * 1024;
export const KEY_MEMORY = { entries: 10_000, bytes: 8 * MIB };
/** The object of a key and its numbers, without the texts in it; and an element of its list of grants. */
const KEY_BYTES = 160;
const GRANT_BYTES = 8;

/**
 * API keys under the same rule as assets: a revocation is seen everywhere within the bound. While D1 does not answer, a
 * key that nothing known speaks against is found as `STALE`, for `outageMs` after it was last known to be live (I7).
 */
export class CachedKeyStore implements KeyStore {
  readonly #origin: KeyOrigin;
  readonly #keys: FreshReader<string, KeyRecord>;

  constructor(origin: KeyOrigin, edge: Edge, outageMs: number) {
    this.#origin = origin;
    this.#keys = new FreshReader(edge, keyKind(origin, outageMs), KEY_MEMORY);
  }

  /** How many keys are held in memory, and their bytes. */
  get memory(): { readonly size: number; readonly bytes: number } {
    return this.#keys.memory;
  }

  find(digest: string, reading: Reading): Promise<ReadResult<KeyRecord | null>> {
    return this.#keys.read(digest, reading);
  }

  page(after: string | null, limit: number): Promise<KeyPage | null> {
    return this.#origin.page(after, limit);
  }

  named(name: string, limit: number): Promise<readonly KeyRecord[]> {
    return this.#origin.named(name, limit);
  }

  grantLists(name: string): Promise<readonly GrantList[]> {
    return this.#origin.grantLists(name);
  }

  liveGrantLists(name: string, at: number): Promise<readonly GrantList[]> {
    return this.#origin.liveGrantLists(name, at);
  }

  create(key: NewKey, commit: Commit): Promise<KeyRecord | null> {
    return this.#origin.create(key, commit);
  }

  rotate(key: Replacement, commit: Commit): Promise<KeyRecord | null> {
    return this.#origin.rotate(key, commit);
  }

  revoke(name: string, among: readonly GrantList[] | null, commit: Commit): Promise<boolean> {
    return this.#origin.revoke(name, among, commit);
  }

  touch(digest: string, day: string): Promise<void> {
    return this.#origin.touch(digest, day);
  }
}

/** Keys by digest. Their copies hold no secret: a digest opens nothing. */
export function keyKind(origin: Pick<KeyOrigin, "find">, outageMs: number): Kind<string, KeyRecord> {
  return {
    immutable: false,
    staleMs: outageMs,
    isCredential: true,
    permanent: true,
    key: apiKeyKey,
    mark: apiKeyKey,
    changedAt: (journal, digest) => journal.changes.get(apiKeyKey(digest)) ?? 0,
    load: (digest, replica) => origin.find(digest, replica),
    encode: (record) => ({ text: JSON.stringify(record) }),
    decode(_digest, { text }) {
      const record: KeyRecord = JSON.parse(text);
      return record;
    },
    bytes: keyBytes,
  };
}

/** Bytes of memory that a loaded key takes. */
export function keyBytes({ digest, name, grants, createdBy, lastUsed }: KeyRecord): number {
  const texts = [digest, name, createdBy, lastUsed ?? "", ...grants];
  return texts.reduce((sum, text) => sum + textBytes(text), KEY_BYTES + GRANT_BYTES * grants.length);
}
