import { cacheKey, NAMESPACES_KEY, namespaceKey } from "../identity/cache-key.ts";
import type { Namespace } from "../identity/names.ts";
import { textBytes } from "../lib/text-bytes.ts";
import type { Commit } from "../store/asset-store.ts";
import type {
  NamespaceDelete,
  NamespaceOrigin,
  NamespacePage,
  NamespaceRange,
  NamespaceStore,
} from "../store/namespace-store.ts";
import { withValue, type Reading, type ReadResult } from "../store/reading.ts";
import type { Edge } from "./edge.ts";
import { FreshReader } from "./fresh-reader.ts";
import type { Kind } from "./kind.ts";
import { STALE_MS } from "./stale.ts";

const MIB = 1024 * 1024;
export const NAMESPACE_MEMORY = { entries: 5_000, bytes: MIB };
export const NAMESPACE_PAGE_MEMORY = { entries: 200, bytes: 2 * MIB };

/** Namespaces under the same rule as assets: each is a copy of its own, and so is each page of their list. */
export class CachedNamespaceStore implements NamespaceStore {
  readonly #origin: NamespaceOrigin;
  readonly #namespaces: FreshReader<Namespace, Namespace>;
  readonly #pages: FreshReader<NamespaceRange, NamespacePage>;

  constructor(origin: NamespaceOrigin, edge: Edge) {
    this.#origin = origin;
    this.#namespaces = new FreshReader(edge, namespaceKind(origin), NAMESPACE_MEMORY);
    this.#pages = new FreshReader(edge, namespacePageKind(origin), NAMESPACE_PAGE_MEMORY);
  }

  /** Bytes of memory that the copies take. */
  get memoryBytes(): number {
    return this.#namespaces.memory.bytes + this.#pages.memory.bytes;
  }

  async exists(name: Namespace, reading: Reading): Promise<ReadResult<boolean>> {
    const found = await this.#namespaces.read(name, reading);
    return withValue(found, found.value !== null);
  }

  async page(range: NamespaceRange, reading: Reading): Promise<ReadResult<NamespacePage>> {
    const page = await this.#pages.read(range, reading);
    return withValue(page, page.value ?? { names: [], more: false });
  }

  create(name: Namespace, commit: Commit): Promise<boolean> {
    return this.#origin.create(name, commit);
  }

  delete(name: Namespace, commit: Commit): Promise<NamespaceDelete> {
    return this.#origin.delete(name, commit);
  }
}

/** Whether a namespace exists. Commits to what is in it say nothing about that. */
export function namespaceKind(origin: Pick<NamespaceOrigin, "find">): Kind<Namespace, Namespace> {
  return {
    immutable: false,
    staleMs: STALE_MS,
    isCredential: false,
    permanent: false,
    key: namespaceKey,
    mark: namespaceKey,
    changedAt: ({ changes }, name) => changes.get(namespaceKey(name)) ?? 0,
    load: (name, replica) => origin.find(name, replica),
    encode: () => ({ text: "" }),
    decode: (name) => name,
    bytes: textBytes,
  };
}

/** Pages of the list of namespaces: refuted by the creation or deletion of any namespace. */
export function namespacePageKind(
  origin: Pick<NamespaceOrigin, "page">,
): Kind<NamespaceRange, NamespacePage> {
  return {
    immutable: false,
    staleMs: STALE_MS,
    isCredential: false,
    permanent: false,
    key: ({ among, from, limit }) =>
      cacheKey(
        NAMESPACES_KEY,
        String(limit),
        from?.inclusive === true ? "from" : "after",
        from?.key ?? "",
        ...(among ?? ["*"]),
      ),
    mark: () => NAMESPACES_KEY,
    changedAt: ({ changes }) => changes.get(NAMESPACES_KEY) ?? 0,
    load: (range, replica) => origin.page(range, replica),
    encode: (page) => ({ text: JSON.stringify(page) }),
    decode(_range, { text }) {
      const page: NamespacePage = JSON.parse(text);
      return page;
    },
    bytes: ({ names }) => names.reduce((sum, name) => sum + NAME_BYTES + textBytes(name), 0),
  };
}

/** A place in a list of names, without the name. */
const NAME_BYTES = 8;
