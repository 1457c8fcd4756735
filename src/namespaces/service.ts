import { ApiError, invalid, noNamespace } from "../errors.ts";
import type { Commit } from "../store/asset-store.ts";
import { namespaceProblem, parseNamespace, type Namespace } from "../identity/names.ts";
import type { NamespacePage, NamespaceRange, NamespaceStore } from "../store/namespace-store.ts";
import { withValue, type Reading, type ReadResult } from "../store/reading.ts";
import type { Scope } from "../scope.ts";

/** The rules of namespaces (contract §4.5). Knows no HTTP. */
export class NamespaceService {
  readonly #store: NamespaceStore;

  constructor(store: NamespaceStore) {
    this.#store = store;
  }

  /** The namespace, or `notFound`. */
  async get(name: Namespace, reading: Reading): Promise<ReadResult<Namespace>> {
    const exists = await this.#store.exists(name, reading);
    if (!exists.value) throw noNamespace(name);
    return withValue(exists, name);
  }

  /** Whether there is no such namespace now. The database is asked only when no copy knows of it. */
  async isMissing(name: Namespace, scope: Scope): Promise<boolean> {
    if ((await this.#store.exists(name, { freshness: "bounded", scope })).value) return false;
    return !(await this.#store.exists(name, { freshness: "newest", scope })).value;
  }

  page(range: NamespaceRange, reading: Reading): Promise<ReadResult<NamespacePage>> {
    return this.#store.page(range, reading);
  }

  async create(name: string, commit: Commit): Promise<void> {
    if (!(await this.#store.create(checked(name), commit))) {
      throw new ApiError("alreadyExists", "resource already exists");
    }
  }

  /** Creates the namespace unless it is there already: it has nothing to replace. */
  async ensure(name: Namespace, commit: Commit): Promise<void> {
    await this.#store.create(name, commit);
  }

  async delete(name: Namespace, commit: Commit): Promise<void> {
    const outcome = await this.#store.delete(name, commit);
    if (outcome === "absent") throw noNamespace(name);
    if (outcome === "not-empty") throw invalid("resource is invalid: namespace is not empty");
  }
}

function checked(name: string): Namespace {
  const namespace = parseNamespace(name);
  if (namespace === null) throw invalid(`resource is invalid: ${namespaceProblem(name)}`);
  return namespace;
}
