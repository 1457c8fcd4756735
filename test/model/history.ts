import type { AssetName, Namespace } from "../../src/identity/names.ts";

export interface Name {
  readonly namespace: Namespace;
  readonly name: AssetName;
}

export interface Version extends Name {
  readonly seq: number;
  readonly deleted: boolean;
  readonly committedAt: number;
  /** When its writer was told. */
  ackedAt: number;
}

/** Every commit there has been: what the database answers from, and what answers are measured against. */
export class History {
  readonly #all: Version[] = [];
  readonly #byName = new Map<string, Version[]>();
  /** The names of each namespace. */
  readonly #names = new Map<string, Version[][]>();
  readonly #byNamespace = new Map<string, number[]>();

  get seq(): number {
    return this.#all.length;
  }

  commit({ namespace, name }: Name, deleted: boolean, now: number): number {
    const seq = this.#all.length + 1;
    const version = { namespace, name, seq, deleted, committedAt: now, ackedAt: Number.POSITIVE_INFINITY };
    this.#all.push(version);
    const versions = this.of({ namespace, name });
    if (versions.length === 0) {
      this.#byName.set(`${namespace}/${name}`, versions);
      pushTo(this.#names, namespace, versions);
    }
    versions.push(version);
    pushTo(this.#byNamespace, namespace, seq);
    return seq;
  }

  acknowledge(seq: number, now: number): void {
    const version = this.#all[seq - 1];
    if (version !== undefined) version.ackedAt = now;
  }

  /** All versions of a name, the oldest first. */
  of({ namespace, name }: Name): Version[] {
    return this.#byName.get(`${namespace}/${name}`) ?? [];
  }

  /** The version a snapshot sees. */
  at(name: Name, g: number): Version | undefined {
    return this.of(name).findLast(({ seq }) => seq <= g);
  }

  /** What is there in a snapshot. */
  present(namespace: Namespace | null, g: number): Version[] {
    const names = namespace === null ? [...this.#byName.values()] : (this.#names.get(namespace) ?? []);
    return names.flatMap((versions) => {
      const version = versions.findLast(({ seq }) => seq <= g);
      return version === undefined || version.deleted ? [] : [version];
    });
  }

  /** The seq of the store at an instant. */
  seqAt(instant: number): number {
    let [low, high] = [0, this.#all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#all[middle]?.committedAt ?? 0) <= instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  namespaceSeq(namespace: string, g: number): number {
    return this.#byNamespace.get(namespace)?.findLast((seq) => seq <= g) ?? 0;
  }

  changesAfter(since: number): Version[] {
    return this.#all.slice(since);
  }

  /** The last commits of names that were deleted before an instant, up to a seq. */
  tombstones(before: number, upTo: number): number[] {
    const last = [...this.#byName.values()].map((versions) => versions.at(-1));
    return last.flatMap((version) =>
      version?.deleted === true && version.committedAt < before && version.seq <= upTo ? [version.seq] : [],
    );
  }
}

function pushTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key) ?? [];
  list.push(item);
  lists.set(key, list);
}
