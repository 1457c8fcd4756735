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

  /**
   * Which state of the archives this isolate goes by: another number when anything about any of them may be another.
   * Null when it is due to ask, or when nobody has answered yet.
   */
  version(now: number): number | null {
    return now - this.#askedAt < FRESH_MS ? this.#version : null;
  }

  /** What is known now of the archive of a build; undefined where that is nothing. */
  peekBuild(namespace: string, build: Located): ArchiveView | undefined {
    return this.peek(namespace, sourceKey(sourceOf(build)), this.#clock());
  }

  /** Asks for the archives of builds, all at once, where nothing is known of them. Never rejects, and does not take long. */
  async learn(builds: readonly Located[]): Promise<void> {
    const asking = this.#askAll(builds.map(sourceOf)).catch(() => undefined);
    await within(this.#timer, PATIENCE_MS, asking, undefined);
  }

  /** What is known of the archive of a build; asks where nothing is. Never rejects, and does not take long. */
  async ofBuild(namespace: string, build: Located): Promise<ArchiveView> {
    const key = sourceKey(sourceOf(build));
    await this.learn([build]);
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

  async #askAll(sources: readonly ArchiveSource[]): Promise<void> {
    await this.refresh();
    const now = this.#clock();
    const wanted = new Map(sources.map((source) => [sourceKey(source), source]));
    for (const key of wanted.keys()) {
      const known = this.#known.get(key);
      if (known !== undefined && !("failedAt" in known && now - known.failedAt >= FRESH_MS))
        wanted.delete(key);
    }
    if (wanted.size === 0) return;
    if (this.#known.size + wanted.size > ENTRIES) this.#known.clear();
    for (const key of wanted.keys()) this.#known.set(key, { failedAt: now });
    const digests = [...new Set([...wanted.values()].map(({ digest }) => digest))];
    const notes = await this.#reader.notes(digests, "nearest");
    const found = new Map(notes.map((note) => [sourceKey(note), note]));
    for (const key of wanted.keys()) this.#known.set(key, { note: found.get(key) ?? null });
  }

  #view(namespace: string, key: string, known: Known): ArchiveView {
    if ("failedAt" in known) return { key, state: null, mirror: null };
    const { note } = known;
    if (note === null) return { key, state: "unknown", mirror: null };
    const mirror = this.#mirrors.get(namespace) ?? "fallback";
    return { key, state: stateOf(note.state), mirror: note.isCopied && mirror !== "off" ? mirror : null };
  }
}
