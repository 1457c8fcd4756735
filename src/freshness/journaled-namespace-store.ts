import type { Commit } from "../store/asset-store.ts";
import type { NamespaceDelete, NamespaceOrigin, NamespaceStore } from "../store/namespace-store.ts";
import { parseNamespace, type Namespace } from "../identity/names.ts";
import { secondsSince, type Reading } from "../store/reading.ts";
import type { Edge } from "./edge.ts";
import { STALE_MS } from "./stale.ts";
import { unavailable } from "./unavailable.ts";

/** Namespaces as the journal tells them: it names every one, so no copies are needed. */
export class JournaledNamespaceStore implements NamespaceStore {
  readonly #origin: NamespaceOrigin;
  readonly #edge: Edge;

  constructor(origin: NamespaceOrigin, edge: Edge) {
    this.#origin = origin;
    this.#edge = edge;
  }

  async exists(name: Namespace, reading: Reading): Promise<boolean> {
    const found = (await this.names(reading)).includes(name);
    // What is not known to exist may exist, when only what is past the bound can tell.
    if (!found && reading.tier === "STALE") throw unavailable(new Error("only a stale journal knows"));
    return found;
  }

  async names(reading: Reading): Promise<readonly Namespace[]> {
    const { clock, bound, journal: keeper } = this.#edge;
    const now = clock();
    const journal = await keeper.current(now, bound, reading.waitUntil);
    const age = journal === null ? Infinity : now - journal.asOf;
    if (reading.freshness === "bounded" && journal !== null && age <= bound)
      return told(journal, reading, "MEMORY", age);
    try {
      const names = await this.#origin.names();
      reading.tier = "D1";
      return names;
    } catch (cause) {
      if (journal === null || age > STALE_MS) throw unavailable(cause);
      return told(journal, reading, "STALE", age);
    }
  }

  create(name: Namespace, commit: Commit): Promise<boolean> {
    return this.#origin.create(name, commit);
  }

  delete(name: Namespace, commit: Commit): Promise<NamespaceDelete> {
    return this.#origin.delete(name, commit);
  }
}

function told(
  { namespaces }: { namespaces: ReadonlyMap<string, number> },
  reading: Reading,
  tier: Reading["tier"],
  ageMs: number,
): readonly Namespace[] {
  reading.tier = tier;
  reading.ageSeconds = secondsSince(0, ageMs);
  // Names of namespaces are ASCII, so this is byte order.
  return [...namespaces.keys()]
    .flatMap((name) => parseNamespace(name) ?? [])
    .sort((a, b) => (a < b ? -1 : 1));
}
