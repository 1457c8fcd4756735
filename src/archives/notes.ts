import type { ArchiveNote, ArchiveReader, MirrorMode } from "../store/archive-store.ts";
import { within, type Timer } from "../lib/timer.ts";
import { sourceKey, sourceOf, type ArchiveSource, type Located } from "./source.ts";
import { stateOf, type ArchiveState } from "./state.ts";

/** What an isolate says of an archive beside a resolution. */
export interface ArchiveView {
  /** Names the archive, for `peek`. */
  readonly key: string;
  /** Null where it could not be asked. */
  readonly state: ArchiveState | null;
  /** How the namespace uses the copy; null where there is none, or it is not wanted. */
  readonly mirror: Exclude<MirrorMode, "off"> | null;
}

/** How old what is known of states may be before it is asked for again. */
const FRESH_MS = 60_000;
/** Archives that an isolate remembers. */
const ENTRIES = 20_000;
/** How long a resolution waits for a state: it is a hint. */
const PATIENCE_MS = 250;

/** Null where nothing is stored of it; `failed` where that could not be asked. */
type Known =
  | { readonly note: Pick<ArchiveNote, "state" | "isCopied"> | null }
  | { readonly failedAt: number };

/**
 * Remembers the states of archives that an isolate has spoken of, so that a resolution from memory costs no query. Once a
 * minute it asks D1 for what has changed. States are hints: an isolate that cannot ask goes on with what it knows.
 */
export class ArchiveNotes {
  readonly #reader: Pick<ArchiveReader, "notes" | "news">;
  readonly #clock: () => number;
  readonly #timer: Timer;
  readonly #known = new Map<string, Known>();
  readonly #mirrors = new Map<string, MirrorMode>();
  #version: number | null = null;
  #askedAt = -Infinity;

  constructor(reader: Pick<ArchiveReader, "notes" | "news">, clock: () => number, timer: Timer) {
    this.#reader = reader;
    this.#clock = clock;
    this.#timer = timer;
  }

  /** What is known now; undefined where that is nothing, or too old to go on without asking. */
  peek(namespace: string, key: string, now: number): ArchiveView | undefined {
    const known = this.#known.get(key);
    if (known === undefined || now - this.#askedAt >= FRESH_MS) return undefined;
    if ("failedAt" in known && now - known.failedAt >= FRESH_MS) return undefined;
    return this.#view(namespace, key, known);
  }

  /** What is known of the archive of a build; asks where nothing is. Never rejects, and does not take long. */
  async ofBuild(namespace: string, build: Located): Promise<ArchiveView> {
    const source = sourceOf(build);
    const key = sourceKey(source);
    const asking = this.#ask(source, key).catch(() => undefined);
    await within(this.#timer, PATIENCE_MS, asking, undefined);
    return this.#view(namespace, key, this.#known.get(key) ?? { failedAt: this.#clock() });
  }

  /** Asks for what has changed, if that is due. */
  async refresh(): Promise<void> {
    const now = this.#clock();
    if (now - this.#askedAt < FRESH_MS) return;
    // Also when it fails: a database that is down is not asked by every request.
    this.#askedAt = now;
    const news = await this.#reader.news(this.#version);
    if (!news.isComplete) this.#known.clear();
    this.#version = news.version;
    for (const [namespace, mirror] of news.mirrors) this.#mirrors.set(namespace, mirror);
    for (const note of news.changed) {
      const key = sourceKey(note);
      if (this.#known.has(key)) this.#known.set(key, { note });
    }
  }

  async #ask(source: ArchiveSource, key: string): Promise<void> {
    await this.refresh();
    const known = this.#known.get(key);
    const now = this.#clock();
    if (known !== undefined && !("failedAt" in known && now - known.failedAt >= FRESH_MS)) return;
    if (this.#known.size >= ENTRIES) this.#known.clear();
    this.#known.set(key, { failedAt: now });
    const notes = await this.#reader.notes([source.digest], "nearest");
    this.#known.set(key, { note: notes.find((note) => sourceKey(note) === key) ?? null });
  }

  #view(namespace: string, key: string, known: Known): ArchiveView {
    if ("failedAt" in known) return { key, state: null, mirror: null };
    const { note } = known;
    if (note === null) return { key, state: "unknown", mirror: null };
    const mirror = this.#mirrors.get(namespace) ?? "fallback";
    return { key, state: stateOf(note.state), mirror: note.isCopied && mirror !== "off" ? mirror : null };
  }
}
