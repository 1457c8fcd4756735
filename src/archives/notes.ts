import type { ArchiveNote, ArchiveReader, MirrorMode } from "../store/archive-store.ts";
import { sourceKey, type ArchiveSource } from "./source.ts";
import { stateOf, type ArchiveState } from "./state.ts";

/** What an isolate says of an archive beside a resolution. */
export interface ArchiveView {
  readonly state: ArchiveState;
  /** How the namespace uses the copy; null where there is none, or it is not wanted. */
  readonly mirror: Exclude<MirrorMode, "off"> | null;
}

/** How old what is known of states may be before it is asked for again. */
const FRESH_MS = 60_000;
/** Archives that an isolate remembers. */
const ENTRIES = 20_000;
const UNKNOWN: ArchiveView = { state: "unknown", mirror: null };

interface Known {
  /** Null where nothing is stored of it yet. */
  readonly note: Pick<ArchiveNote, "id" | "state" | "isCopied"> | null;
  readonly askedAt: number;
}

/**
 * Remembers the states of archives that an isolate has spoken of, so that a resolution from memory costs no query. Once a
 * minute it asks D1 for what has changed. States are hints: an isolate that cannot ask goes on with what it knows.
 */
export class ArchiveNotes {
  readonly #reader: Pick<ArchiveReader, "notes" | "news">;
  readonly #clock: () => number;
  readonly #known = new Map<string, Known>();
  readonly #keys = new Map<number, string>();
  #mirrors: ReadonlyMap<string, MirrorMode> = new Map();
  #counts: ReadonlyMap<string, number> = new Map();
  #version: number | null = null;
  #askedAt = -Infinity;

  constructor(reader: Pick<ArchiveReader, "notes" | "news">, clock: () => number) {
    this.#reader = reader;
    this.#clock = clock;
  }

  /** How many archives are in each state, as far as they are counted; empty before the first news. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** What is known now; undefined where that is nothing, or too old to go on without asking. */
  peek(namespace: string, key: string): ArchiveView | undefined {
    const known = this.#known.get(key);
    if (known === undefined || this.#clock() - this.#askedAt >= FRESH_MS) return undefined;
    if (known.note === null && this.#clock() - known.askedAt >= FRESH_MS) return undefined;
    return this.#view(namespace, known);
  }

  /** What is known of an archive of a namespace; asks where nothing is. Never rejects. */
  async of(namespace: string, source: ArchiveSource): Promise<ArchiveView> {
    const key = sourceKey(source);
    try {
      await this.refresh();
      const known = this.#known.get(key);
      if (known === undefined || (known.note === null && this.#clock() - known.askedAt >= FRESH_MS))
        await this.#lookUp(source.digest, key);
    } catch {
      // A state is a hint: what cannot be asked now is asked for the next time.
    }
    const known = this.#known.get(key);
    return known === undefined ? UNKNOWN : this.#view(namespace, known);
  }

  /** Asks for what has changed, if that is due. */
  async refresh(): Promise<void> {
    const now = this.#clock();
    if (now - this.#askedAt < FRESH_MS) return;
    // Also when it fails: a database that is down is not asked by every request.
    this.#askedAt = now;
    const news = await this.#reader.news(this.#version ?? Number.MAX_SAFE_INTEGER);
    if (this.#version !== null && !news.isComplete) this.#forget();
    this.#version = news.version;
    this.#mirrors = news.mirrors;
    this.#counts = news.counts;
    for (const note of news.changed) {
      const key = this.#keys.get(note.id);
      if (key !== undefined) this.#known.set(key, { note, askedAt: now });
    }
  }

  async #lookUp(digest: string, key: string): Promise<void> {
    const askedAt = this.#clock();
    const notes = await this.#reader.notes([digest], "nearest");
    if (this.#known.size >= ENTRIES) this.#forget();
    this.#known.set(key, { note: null, askedAt });
    for (const note of notes) {
      const found = sourceKey(note);
      this.#known.set(found, { note: { id: note.id, state: note.state, isCopied: note.isCopied }, askedAt });
      this.#keys.set(note.id, found);
    }
  }

  #forget(): void {
    this.#known.clear();
    this.#keys.clear();
  }

  #view(namespace: string, { note }: Known): ArchiveView {
    if (note === null) return UNKNOWN;
    const mirror = this.#mirrors.get(namespace) ?? "fallback";
    return {
      state: stateOf(note.state),
      mirror: note.isCopied && mirror !== "off" ? mirror : null,
    };
  }
}
