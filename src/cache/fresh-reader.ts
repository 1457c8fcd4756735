import type { Reading } from "../store/reading.ts";
import type { Replica } from "../store/origin.ts";
import type { Verdict } from "./admit.ts";
import type { Edge } from "./edge.ts";
import { entryOf, isNewer, type Entry } from "./entry.ts";
import { kvKey, open, seal } from "./envelope.ts";
import type { Journal } from "./journal.ts";
import type { Kind } from "./kind.ts";
import { Memory, type MemoryLimits } from "./memory.ts";
import { staleCopy } from "./stale.ts";
import { unavailable } from "./unavailable.ts";

/** Seconds for which a location may answer from its own copy of a KV entry. */
const ENTRY_CACHE_TTL = 60;
/** Seconds after which KV forgets an entry that nobody has put again. */
const ENTRY_EXPIRATION_TTL = 30 * 86_400;
/** Reads of the primary, each overtaken by a newer answer of this isolate, before a request is given up. */
const PRIMARY_TRIES = 5;

/**
 * Reads one kind of thing from memory, KV or D1, whichever first has a copy that the rule admits. A copy that is not
 * found or not admitted means nothing but that the next place is asked: only a snapshot of the database, or a copy of
 * one, says that something is absent.
 */
export class FreshReader<Id, T> {
  readonly #edge: Edge;
  readonly #kind: Kind<Id, T>;
  readonly #memory: Memory<Entry<T>>;

  constructor(edge: Edge, kind: Kind<Id, T>, limits: MemoryLimits) {
    this.#edge = edge;
    this.#kind = kind;
    this.#memory = new Memory(limits);
  }

  /** The thing, or null when it is absent; throws `unavailable` when no store can tell. */
  async read(id: Id, reading: Reading): Promise<T | null> {
    const { journal: keeper, clock, bound } = this.#edge;
    const now = clock();
    if (reading.freshness === "newest") return this.#readNewest(id, reading, now);
    let journal = keeper.recent(now);
    if (journal === null || now - journal.asOf > bound) {
      journal = await timed(reading, "kv", clock, () => keeper.current(now, bound, reading.waitUntil));
    }
    const kept = this.#memory.get(this.#kind.key(id));
    if (kept !== undefined && this.#judge(kept, journal, id, now) === "admitted") {
      return this.#serve(id, kept, journal, reading, "MEMORY", now);
    }
    let near: Entry<T> | null = null;
    if (journal !== null && now - journal.asOf <= bound) {
      near = await this.#fromKv(id, journal, reading);
      if (near !== null && this.#judge(near, journal, id, now) === "admitted") {
        return this.#serve(id, near, journal, reading, "KV", now);
      }
    }
    return this.#readOrigin(id, reading, journal, now, near);
  }

  /** Takes in what a commit of this isolate has made of a thing, and puts it in KV, best effort. */
  async committed(id: Id, entry: Entry<T>): Promise<void> {
    this.#remember(id, entry);
    this.#edge.served.raise(this.#kind.mark(id), entry.epoch, entry.s);
    await this.#putInKv(id, entry);
  }

  async #readNewest(id: Id, reading: Reading, now: number): Promise<T | null> {
    try {
      const entry = await this.#fromPrimary(id, reading);
      return this.#serve(id, entry, null, reading, "D1", now);
    } catch (cause) {
      return this.#readStale(
        id,
        reading,
        await this.#edge.journal.current(now, 0, reading.waitUntil),
        now,
        null,
        cause,
      );
    }
  }

  async #readOrigin(
    id: Id,
    reading: Reading,
    journal: Journal | null,
    now: number,
    near: Entry<T> | null,
  ): Promise<T | null> {
    try {
      // Without a journal there is nothing to judge a replica by, nor to tell that KV lacks a good copy.
      const usable = journal !== null && now - journal.asOf <= this.#edge.bound;
      let entry = usable ? await this.#load(id, "nearest", reading) : null;
      if (entry === null || this.#judge(entry, journal, id, now) !== "admitted") {
        entry = await this.#fromPrimary(id, reading);
      }
      if (usable) reading.waitUntil(this.#putInKv(id, entry));
      return this.#serve(id, entry, null, reading, "D1", now);
    } catch (cause) {
      return this.#readStale(id, reading, journal, now, near, cause);
    }
  }

  /** D1 does not answer: what was true when the journal was, marked; never an absence (I5, I6). */
  async #readStale(
    id: Id,
    reading: Reading,
    journal: Journal | null,
    now: number,
    near: Entry<T> | null,
    cause: unknown,
  ): Promise<T | null> {
    const kind = this.#kind;
    if (!kind.stale) throw unavailable(cause);
    const fromKv = near ?? (journal === null ? null : await this.#fromKv(id, journal, reading));
    const candidates = [this.#memory.get(kind.key(id)), fromKv ?? undefined];
    const copy = staleCopy(candidates, now, journal, (entry) => this.#judge(entry, journal, id, now));
    if (copy === null) throw unavailable(cause);
    return this.#serve(id, copy, journal, reading, "STALE", now);
  }

  async #fromKv(id: Id, journal: Journal, reading: Reading): Promise<Entry<T> | null> {
    const { kv, clock } = this.#edge;
    const state = Math.max(this.#kind.changedAt(journal, id), this.#highWater(id, journal.epoch));
    const key = kvKey(this.#kind, id, journal.epoch, state);
    const hit = await timed(reading, "kv", clock, () => kv.get(key, ENTRY_CACHE_TTL));
    return hit === null ? null : open(this.#kind, id, journal.epoch, hit);
  }

  /** The primary's answer, unless this isolate has served a newer one while it was on its way (I3). */
  async #fromPrimary(id: Id, reading: Reading): Promise<Entry<T>> {
    for (let tries = 0; tries < PRIMARY_TRIES; tries += 1) {
      const entry = await this.#load(id, "primary", reading);
      this.#edge.journal.noteEpoch(entry.epoch, reading.waitUntil);
      const kept = this.#memory.get(this.#kind.key(id));
      if (kept !== undefined && isNewer(kept, entry)) return kept;
      const highWater = this.#highWater(id, entry.epoch);
      if (entry.s >= highWater || entry.g >= highWater) return entry;
    }
    throw new Error("every answer of the database was overtaken by a newer one");
  }

  async #load(id: Id, replica: Replica, reading: Reading): Promise<Entry<T>> {
    const { clock } = this.#edge;
    const readAt = clock();
    return entryOf(await timed(reading, "d1", clock, () => this.#kind.load(id, replica)), readAt);
  }

  #judge(entry: Entry<T>, journal: Journal | null, id: Id, now: number): Verdict {
    const highWater = this.#highWater(id, entry.epoch);
    if (journal === null) return entry.s < highWater && entry.g < highWater ? "backwards" : "journal-old";
    const evidence = {
      epoch: journal.epoch,
      asOf: journal.asOf,
      since: this.#kind.alwaysTold ? 0 : journal.since,
      changedAt: this.#kind.changedAt(journal, id),
    };
    return this.#edge.admit(entry, evidence, now, this.#edge.bound, highWater);
  }

  #highWater(id: Id, epoch: string): number {
    return this.#edge.served.of(this.#kind.mark(id), epoch);
  }

  #serve(
    id: Id,
    entry: Entry<T>,
    journal: Journal | null,
    reading: Reading,
    tier: Reading["tier"],
    now: number,
  ): T | null {
    reading.tier = tier;
    reading.ageSeconds = Math.max(0, Math.floor((now - Math.max(entry.readAt, journal?.asOf ?? 0)) / 1000));
    this.#edge.served.raise(this.#kind.mark(id), entry.epoch, entry.s);
    // Admitted by a journal, it was the same when the journal was made: so hot copies never fall behind `since`.
    const g = tier === "STALE" ? entry.g : Math.max(entry.g, journal?.seq ?? 0);
    if (tier !== "MEMORY" || g > entry.g) this.#remember(id, g > entry.g ? { ...entry, g } : entry);
    return entry.value;
  }

  #remember(id: Id, entry: Entry<T>): void {
    const key = this.#kind.key(id);
    const kept = this.#memory.get(key);
    if (kept !== undefined && isNewer(kept, entry)) return;
    this.#memory.set(
      key,
      entry,
      ENTRY_BYTES + 2 * key.length + (entry.value === null ? 0 : this.#kind.bytes(entry.value)),
    );
  }

  async #putInKv(id: Id, entry: Entry<T>): Promise<void> {
    const sealed = seal(this.#kind, entry);
    if (sealed === null) return;
    const options = { metadata: sealed.metadata, expirationTtl: ENTRY_EXPIRATION_TTL };
    await this.#edge.kv.put(kvKey(this.#kind, id, entry.epoch, entry.s), sealed.text, options);
  }
}

/** What an entry takes in memory besides its value and key. */
const ENTRY_BYTES = 300;

/** Adds the time waited to the reading's account. */
async function timed<R>(
  reading: Reading,
  what: string,
  clock: () => number,
  work: () => Promise<R>,
): Promise<R> {
  const started = clock();
  try {
    return await work();
  } finally {
    reading.waited.set(what, (reading.waited.get(what) ?? 0) + clock() - started);
  }
}
