import { databaseUnavailable } from "../errors.ts";
import type { Commit } from "../store/asset-store.ts";
import type { NamespaceDelete, NamespaceOrigin, NamespaceStore } from "../store/namespace-store.ts";
import { parseNamespace, type Namespace } from "../identity/names.ts";
import {
  JUST_READ,
  secondsSince,
  withValue,
  type Reading,
  type ReadResult,
  type Tier,
} from "../store/reading.ts";
import type { Edge } from "./edge.ts";
import { STALE_MS } from "./stale.ts";
import { answerTo, isOutage } from "./unavailable.ts";

/** Namespaces read from the journal: it names every one, so no copies are needed. */
export class JournaledNamespaceStore implements NamespaceStore {
  readonly #origin: NamespaceOrigin;
  readonly #edge: Edge;

  constructor(origin: NamespaceOrigin, edge: Edge) {
    this.#origin = origin;
    this.#edge = edge;
  }

  async exists(name: Namespace, reading: Reading): Promise<ReadResult<boolean>> {
    const names = await this.names(reading);
    const found = names.value.includes(name);
    // A journal past the bound cannot show that a namespace does not exist.
    if (!found && names.tier === "STALE") throw databaseUnavailable(new Error("only a stale journal knows"));
    return withValue(names, found);
  }

  async names({ freshness, scope }: Reading): Promise<ReadResult<readonly Namespace[]>> {
    const { clock, bound, journal: keeper } = this.#edge;
    const now = clock();
    const journal = await keeper.current(now, bound, scope.waitUntil);
    const age = journal === null ? Infinity : now - journal.asOf;
    if (freshness === "bounded" && journal !== null && age <= bound) return namesIn(journal, "MEMORY", age);
    try {
      return withValue(JUST_READ, await this.#origin.names());
    } catch (cause) {
      if (!isOutage(cause) || journal === null || age > STALE_MS) throw answerTo(cause);
      return namesIn(journal, "STALE", age);
    }
  }

  create(name: Namespace, commit: Commit): Promise<boolean> {
    return this.#origin.create(name, commit);
  }

  delete(name: Namespace, commit: Commit): Promise<NamespaceDelete> {
    return this.#origin.delete(name, commit);
  }
}

function namesIn(
  { namespaces }: { namespaces: ReadonlyMap<string, number> },
  tier: Tier,
  ageMs: number,
): ReadResult<readonly Namespace[]> {
  // Names of namespaces are ASCII, so this is byte order.
  const value = [...namespaces.keys()]
    .flatMap((name) => parseNamespace(name) ?? [])
    .sort((a, b) => (a < b ? -1 : 1));
  return { value, tier, ageSeconds: secondsSince(0, ageMs) };
}
