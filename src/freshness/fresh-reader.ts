import type { Replica } from "../store/origin.ts";
import { DatabaseError } from "../store/deadlines.ts";
import { secondsSince, type Reading, type ReadResult, type Tier } from "../store/reading.ts";
import { Copies } from "./copies.ts";
import type { Edge } from "./edge.ts";
import { entryOf, isNewer, type Entry } from "./entry.ts";
import type { Journal } from "./journal.ts";
import type { Kind } from "./kind.ts";
import type { Kept, MemoryLimits } from "../lib/memory.ts";
import { staleCopy } from "./stale.ts";
import { timed } from "./timed.ts";
import { answerTo, isOutage } from "./unavailable.ts";

/**
 * The copy and the journal of the last `peek` that found something. As long as both are the same, so is the verdict,
 * but for the journal's age: whatever this isolate learns makes another journal, whatever it serves another copy.
 */
export class Glance<T> {
  generation = -1;
  s = 0;
  g = 0;
  /** What was found, where memory holds it: another look-up only when it was let go of. */
  kept: Kept<Entry<T>> | null = null;
}

/** Reads of the primary, each overtaken by a newer answer of this isolate, before a request is given up. */
const PRIMARY_TRIES = 5;

/**
 * Reads one kind of thing from the first of memory, KV and D1 that has a copy which the rule admits. A copy that is not
 * found or not admitted means nothing but that the next place is asked: only a snapshot of the database, or a copy of
 * one, says that something is absent.
 */
export class FreshReader<Id, T> {
  readonly #edge: Edge;
  readonly #kind: Kind<Id, T>;
  readonly #copies: Copies<Id, T>;

  constructor(edge: Edge, kind: Kind<Id, T>, limits: MemoryLimits) {
    this.#edge = edge;
    this.#kind = kind;
    this.#copies = new Copies(edge, kind, limits);
  }

  /** How much is held in memory. */
  get memory(): { readonly size: number; readonly bytes: number } {
    return this.#copies.memory;
  }

  /** The thing, or null when it is absent; throws `unavailable` when no store can answer. */
  async read(id: Id, reading: Reading): Promise<ReadResult<T | null>> {
    const now = this.#edge.clock();
    if (reading.freshness === "newest") return this.#readNewest(id, reading, now);
    const journal = await this.#journal(reading, now);
    const kept = this.#copies.inMemory(id);
    if (kept !== undefined && this.#copies.judge(id, kept, journal, now) === "admitted") {
      return this.#serve(id, kept, journal, "MEMORY", now);
    }
    reading.beforeLookup?.();
    const near =
      journal !== null && this.#isUsable(journal, now) ? await this.#near(id, journal, reading) : null;
    if (near !== null && this.#copies.judge(id, near, journal, now) === "admitted") {
      return this.#serve(id, near, journal, "KV", now);
    }
    return this.#readOrigin(id, reading, journal, now, near);
  }

  /**
   * What memory alone can answer, without waiting for anything: the hot path. The same rule as `read`; null when it
   * takes more than memory, which says nothing about the thing.
   */
  peek(id: Id, now: number, last: Glance<T>): { readonly value: T; readonly ageSeconds: number } | null {
    const { journal: keeper, bound } = this.#edge;
    const journal = keeper.recent(now);
    const kept = journal === null ? undefined : this.#glance(id, last);
    if (journal === null || kept === undefined || kept.value === null) return null;
    const { generation } = keeper;
    if (last.generation !== generation || last.s !== kept.s || last.g !== kept.g) {
      if (this.#copies.judge(id, kept, journal, now) !== "admitted") return null;
      // As in `read`: remembered as served (I3), and as still true when the journal was made.
      this.#copies.served(id, kept);
      const g = Math.max(kept.g, journal.seq);
      if (g > kept.g) this.#copies.keep(id, { ...kept, g });
      Object.assign(last, { generation, s: kept.s, g });
    } else if (now - journal.asOf > bound) return null;
    const trueAt = Math.max(kept.readAt, journal.asOf);
    return { value: kept.value, ageSeconds: Math.max(0, Math.floor((now - trueAt) / 1000)) };
  }

  /** The copy in memory, looked up again only when the last one found was replaced or evicted. */
  #glance(id: Id, last: Glance<T>): Entry<T> | undefined {
    const held = last.kept === null ? undefined : this.#copies.use(last.kept);
    if (held !== undefined) return held;
    last.kept = this.#copies.kept(id) ?? null;
    return last.kept?.value;
  }

  /** Takes in what a commit of this isolate has made of a thing, and puts it in KV, best effort. */
  async committed(id: Id, entry: Entry<T>): Promise<void> {
    this.#copies.keep(id, entry);
    this.#copies.served(id, entry);
    await this.#copies.share(id, entry);
  }

  async #readNewest(id: Id, reading: Reading, now: number): Promise<ReadResult<T | null>> {
    try {
      return this.#serve(id, await this.#fromPrimary(id, reading), null, "D1", now);
    } catch (cause) {
      return this.#readStale(id, reading, await this.#journal(reading, now), now, null, cause);
    }
  }

  async #readOrigin(
    id: Id,
    reading: Reading,
    journal: Journal | null,
    now: number,
    near: Entry<T> | null,
  ): Promise<ReadResult<T | null>> {
    try {
      // Without a journal, neither a replica nor the copy in KV can be judged.
      const usable = journal !== null && this.#isUsable(journal, now);
      let entry = usable ? await this.#fromNearest(id) : null;
      if (entry === null || this.#copies.judge(id, entry, journal, now) !== "admitted") {
        entry = await this.#fromPrimary(id, reading);
      }
      if (usable) reading.scope.waitUntil(this.#copies.share(id, entry));
      return this.#serve(id, entry, null, "D1", now);
    } catch (cause) {
      return this.#readStale(id, reading, journal, now, near, cause);
    }
  }

  /** D1 does not answer: what was true when the journal was, marked; never an absence (I5, I6, I7). A bug is rethrown. */
  async #readStale(
    id: Id,
    reading: Reading,
    journal: Journal | null,
    now: number,
    near: Entry<T> | null,
    cause: unknown,
  ): Promise<ReadResult<T | null>> {
    const { staleMs, isCredential } = this.#kind;
    if (!isOutage(cause) || staleMs === 0) throw answerTo(cause);
    const known = isCredential ? await this.#thoroughJournal(reading) : journal;
    if (isCredential && this.#edge.time.isLost) throw answerTo(cause);
    const at = isCredential ? this.#edge.clock() : now;
    const judge = (entry: Entry<T>) => this.#copies.judge(id, entry, known, at);
    const usable = (entry: Entry<T> | null) => staleCopy(entry, at, known, staleMs, judge);
    const copy =
      usable(this.#copies.inMemory(id) ?? null) ??
      usable(near ?? (known === null ? null : await this.#near(id, known, reading)));
    if (copy === null) throw answerTo(cause);
    return this.#serve(id, copy, known, "STALE", at);
  }

  #thoroughJournal(reading: Reading): Promise<Journal | null> {
    const { journal: keeper, clock } = this.#edge;
    return timed(reading.scope.spent, clock, () => keeper.thorough(reading.scope.waitUntil));
  }

  /** The journal, waited for only when it must be. */
  async #journal(reading: Reading, now: number): Promise<Journal | null> {
    const { journal: keeper, clock, bound } = this.#edge;
    const recent = keeper.recent(now);
    if (recent !== null && this.#isUsable(recent, now)) return recent;
    return timed(reading.scope.spent, clock, () => keeper.current(now, bound, reading.scope.waitUntil));
  }

  #isUsable(journal: Journal, now: number): boolean {
    return now - journal.asOf <= this.#edge.bound;
  }

  #near(id: Id, journal: Journal, reading: Reading): Promise<Entry<T> | null> {
    return timed(reading.scope.spent, this.#edge.clock, () => this.#copies.inKv(id, journal));
  }

  /** The nearest replica's answer; null when it has none in time, which the primary may have. */
  async #fromNearest(id: Id): Promise<Entry<T> | null> {
    try {
      return await this.#load(id, "nearest");
    } catch {
      return null;
    }
  }

  /** The primary's answer, unless this isolate has served a newer one while it was on its way (I3). */
  async #fromPrimary(id: Id, reading: Reading): Promise<Entry<T>> {
    for (let tries = 0; tries < PRIMARY_TRIES; tries += 1) {
      const entry = await this.#load(id, "primary");
      this.#edge.journal.noteEpoch(entry.epoch, reading.scope.waitUntil);
      const kept = this.#copies.inMemory(id);
      if (kept !== undefined && isNewer(kept, entry)) return kept;
      if (!this.#copies.isBackwards(id, entry)) return entry;
    }
    throw new DatabaseError("every answer of the database was overtaken by a newer one");
  }

  async #load(id: Id, replica: Replica): Promise<Entry<T>> {
    const readAt = this.#edge.clock();
    return entryOf(await this.#kind.load(id, replica), readAt);
  }

  #serve(id: Id, entry: Entry<T>, journal: Journal | null, tier: Tier, now: number): ReadResult<T | null> {
    this.#copies.served(id, entry);
    // Admitted by a journal, it was the same when the journal was made: so hot copies never fall behind `since`.
    const g = tier === "STALE" ? entry.g : Math.max(entry.g, journal?.seq ?? 0);
    if (tier !== "MEMORY" || g > entry.g) this.#copies.keep(id, g > entry.g ? { ...entry, g } : entry);
    const ageSeconds = secondsSince(Math.max(entry.readAt, journal?.asOf ?? 0), now);
    return { value: entry.value, tier, ageSeconds };
  }
}
