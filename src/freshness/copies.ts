import { textBytes } from "../lib/text-bytes.ts";
import type { Verdict } from "./admit.ts";
import type { Edge } from "./edge.ts";
import { isNewer, type Entry } from "./entry.ts";
import { kvKey, open, seal } from "./envelope.ts";
import type { Journal } from "./journal.ts";
import type { Kind } from "./kind.ts";
import { Memory, type Kept, type MemoryLimits } from "../lib/memory.ts";

/** Seconds for which a location may answer from its own copy of a KV entry. */
const ENTRY_CACHE_TTL = 60;
/** Seconds after which KV drops an entry, unless it is put again. */
const ENTRY_EXPIRATION_TTL = 30 * 86_400;
/** An entry with its place in memory, without its value and key. */
const ENTRY_BYTES = 240;
/** Names that are asked for and absent. Strangers can make up any number: these must not displace what exists. */
const ABSENCES: MemoryLimits = { entries: 2_000, bytes: 2 * 1024 * 1024 };

/** The copies of one kind of thing, in memory and in KV, and the judgement of them. */
export class Copies<Id, T> {
  readonly #edge: Edge;
  readonly #kind: Kind<Id, T>;
  readonly #memory: Memory<Entry<T>>;
  readonly #absences = new Memory<Entry<T>>(ABSENCES);

  constructor(edge: Edge, kind: Kind<Id, T>, limits: MemoryLimits) {
    this.#edge = edge;
    this.#kind = kind;
    this.#memory = new Memory(limits);
  }

  /** How much is held of what exists. */
  get memory(): { readonly size: number; readonly bytes: number } {
    return this.#memory;
  }

  inMemory(id: Id): Entry<T> | undefined {
    return this.kept(id)?.value;
  }

  /** The same, to be held on to. */
  kept(id: Id): Kept<Entry<T>> | undefined {
    const key = this.#kind.key(id);
    return this.#memory.get(key) ?? this.#absences.get(key);
  }

  /** The copy behind a reference; undefined once memory has evicted it. */
  use(kept: Kept<Entry<T>>): Entry<T> | undefined {
    return kept.value === undefined ? undefined : this.#memoryOf(kept.value).use(kept);
  }

  async inKv(id: Id, journal: Journal): Promise<Entry<T> | null> {
    const newest = Math.max(this.#kind.changedAt(journal, id), this.#highWater(id, journal.epoch));
    const key = kvKey(this.#kind, id, journal.epoch, stateOf(newest, journal));
    const hit = await this.#edge.kv.get(key, ENTRY_CACHE_TTL);
    return hit === null ? null : this.#dated(open(this.#kind, id, journal.epoch, hit));
  }

  judge(id: Id, entry: Entry<T>, journal: Journal | null, now: number): Verdict {
    if (journal === null) return this.isBackwards(id, entry) ? "backwards" : "journal-old";
    const evidence = {
      epoch: journal.epoch,
      asOf: journal.asOf,
      since: journal.since,
      changedAt: this.#kind.changedAt(journal, id),
    };
    return this.#edge.admit(entry, evidence, now, this.#edge.bound, this.#highWater(id, entry.epoch));
  }

  /** Whether this isolate has served a newer commit than this copy knows of (I3). */
  isBackwards(id: Id, entry: Entry<T>): boolean {
    const highWater = this.#highWater(id, entry.epoch);
    return entry.s < highWater && entry.g < highWater;
  }

  /** Remembers that this copy was served, so that no older one will be (I3). */
  served(id: Id, entry: Entry<T>): void {
    if (this.#kind.permanent && entry.value === null) return;
    this.#edge.served.raise(this.#kind.mark(id), entry.epoch, entry.s);
  }

  /** Keeps a copy in memory, unless a newer one is there. */
  keep(id: Id, entry: Entry<T>): void {
    const kept = this.kept(id);
    if (kept?.value !== undefined && isNewer(kept.value, entry)) return;
    const key = this.#kind.key(id);
    // A copy that is only known to be current for longer is the same value: its texts need no reading again.
    const same = kept?.value !== undefined && kept.value.value === entry.value;
    const memory = this.#memoryOf(entry);
    for (const other of [this.#memory, this.#absences]) if (other !== memory) other.delete(key);
    memory.set(key, entry, same ? kept.bytes : this.#bytes(key, entry));
  }

  #bytes(key: string, { value }: Entry<T>): number {
    return ENTRY_BYTES + textBytes(key) + (value === null ? 0 : this.#kind.bytes(value));
  }

  /** Puts a copy in KV, best effort. */
  async share(id: Id, entry: Entry<T>): Promise<void> {
    const sealed = seal(this.#kind, { ...entry, readAt: this.#edge.time.toDatabase(entry.readAt) });
    if (sealed === null) return;
    const options = { metadata: sealed.metadata, expirationTtl: ENTRY_EXPIRATION_TTL };
    const state = stateOf(entry.s, this.#edge.journal.held);
    await this.#edge.kv.put(kvKey(this.#kind, id, entry.epoch, state), sealed.text, options);
  }

  /** A copy of KV, whose date is the database's. One that seems to come from the future was not read before now. */
  #dated(entry: Entry<T> | null): Entry<T> | null {
    if (entry === null) return null;
    const { time, clock } = this.#edge;
    return { ...entry, readAt: Math.min(time.toOwn(entry.readAt), clock()) };
  }

  #memoryOf({ value }: Entry<T>): Memory<Entry<T>> {
    return value === null ? this.#absences : this.#memory;
  }

  #highWater(id: Id, epoch: string): number {
    return this.#edge.served.of(this.#kind.mark(id), epoch);
  }
}

/** The number of a state in the key of its place: the commit that made it, or 0 for every state from before the journal. */
function stateOf(s: number, journal: Journal | null): number {
  return s > (journal?.since ?? 0) ? s : 0;
}
