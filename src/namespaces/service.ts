import { ApiError, invalid, notFound } from "../errors.ts";
import type { Commit } from "../store/asset-store.ts";
import type { NamespaceStore } from "../store/namespace-store.ts";
import type { Reading } from "../store/reading.ts";

/** Characters of a namespace's name; a cache key holds it beside an asset's name. */
const NAME_CHARACTERS = 128;

/** The rules of namespaces (contract §4.5). Knows no HTTP. */
export class NamespaceService {
  readonly #store: NamespaceStore;

  constructor(store: NamespaceStore) {
    this.#store = store;
  }

  async get(name: string, reading: Reading): Promise<void> {
    if (namespaceProblem(name) !== null || !(await this.#store.exists(name, reading))) throw notFound();
  }

  names(reading: Reading): Promise<readonly string[]> {
    return this.#store.names(reading);
  }

  async create(name: string, commit: Commit): Promise<void> {
    refuseBadName(name);
    if (!(await this.#store.create(name, commit))) {
      throw new ApiError("alreadyExists", "resource already exists");
    }
  }

  /** Creates the namespace unless it is there already: it has nothing to replace. */
  async ensure(name: string, commit: Commit): Promise<void> {
    refuseBadName(name);
    await this.#store.create(name, commit);
  }

  async delete(name: string, commit: Commit): Promise<void> {
    const outcome = await this.#store.delete(name, commit);
    if (outcome === "absent") throw notFound();
    if (outcome === "not-empty") throw invalid("resource is invalid: namespace is not empty");
  }
}

function refuseBadName(name: string): void {
  const problem = namespaceProblem(name);
  if (problem !== null) throw invalid(`resource is invalid: ${problem}`);
}

/** Why this is no namespace's name; null when it is one. */
function namespaceProblem(name: string): string | null {
  if (name === "") return "namespace name cannot be empty";
  if (!/^[\w.\-:]+$/.test(name)) return "namespace name cannot contain spaces or special characters";
  if (name === "__proto__" || name === "constructor")
    return `the name ${name} is reserved and cannot be stored`;
  return name.length > NAME_CHARACTERS
    ? `namespace name cannot be longer than ${NAME_CHARACTERS} characters`
    : null;
}
