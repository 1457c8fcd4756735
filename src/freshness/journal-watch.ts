import type { Namespace } from "../identity/names.ts";
import type { CommitWatch, KnownCommits } from "../store/commit-watch.ts";
import type { Edge } from "./edge.ts";

/** Commits as the journal knows them: a commit of this isolate at once, others when the journal arrives from KV. */
export class JournalWatch implements CommitWatch {
  readonly #edge: Edge;

  constructor(edge: Edge) {
    this.#edge = edge;
  }

  async newest(
    scope: Namespace | null,
    waitUntil: (work: Promise<unknown>) => void,
  ): Promise<KnownCommits | null> {
    const { clock, bound, journal: keeper } = this.#edge;
    const journal = await keeper.current(clock(), bound, waitUntil);
    if (journal === null || clock() - journal.asOf > bound) return null;
    const { epoch, seq, since, namespaces } = journal;
    // Of what came before the journal nothing is known: any commit up to `since` may be the last of a namespace.
    return { epoch, seq, last: scope === null ? seq : (namespaces.get(scope) ?? since) };
  }
}
