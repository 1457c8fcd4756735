import type { ArchiveNote, ArchiveReader } from "../store/archive-store.ts";
import type { MirrorMode } from "../store/copy-store.ts";
import { Memory, type MemoryLimits } from "../lib/memory.ts";
import { textBytes } from "../lib/text-bytes.ts";
import { within, type Timer } from "../lib/timer.ts";
import { sourceKey, sourceOf, type ArchiveSource, type Located } from "./source.ts";
import { stateOf, type ArchiveState } from "./state.ts";

/** What a resolution says about its archive. */
export interface ArchiveView {
  /** Names the archive, for `peek`. */
  readonly key: string;
  /** Null when D1 did not answer. */
  readonly state: ArchiveState | null;
  /** How the namespace uses the copy; null where there is none, or it is not wanted. */
  readonly mirror: Exclude<MirrorMode, "off"> | null;
}

/** How long states are used before D1 is asked what has changed. */
const FRESH_MS = 60_000;
/** Archives that an isolate remembers: their keys hold URLs and headers. */
export const REMEMBERED: MemoryLimits = { entries: 20_000, bytes: 6 * 1024 * 1024 };
/** Memory of an archive beside its key. */
const ENTRY_BYTES = 240;
/** How long a resolution waits for a state, which is only a hint. */
const HINT_TIMEOUT_MS = 250;

/** The note of an archive, null when none is stored; or when D1 was last asked for it and did not answer. */
type Known =
  | { readonly note: Pick<ArchiveNote, "state" | "isCopied"> | null }
  | { readonly failedAt: number };

/**
 * Caches the states of the archives of recent resolutions, so that a resolution from memory costs no query. Once a minute
 * it asks D1 what has changed. States are hints: while D1 does not answer, the cached ones are used.
 */
export class ArchiveNotes {
  readonly #reader: Pick<ArchiveReader, "notes" | "news">;
  readonly #clock: () => number;
  readonly #timer: Timer;
  #known = new Memory<Known>(REMEMBERED);
  readonly #mirrors = new Map<string, MirrorMode>();
  #version: number | null = null;
  #askedAt = -Infinity;

  constructor(reader: Pick<ArchiveReader, "notes" | "news">, clock: () => number, timer: Timer) {
    this.#reader = reader;
    this.#clock = clock;
    this.#timer = timer;
  }

  /** Bytes of all that is remembered. */
  get bytes(): number {
    return this.#known.bytes;
  }

  /** What is cached of an archive; undefined when nothing is, or when it is time to ask D1. */
  peek(namespace: string, key: string, now: number): ArchiveView | undefined {
    const known = this.#known.get(key)?.value;
    if (known === undefined || now - this.#askedAt >= FRESH_MS) return undefined;
    if ("failedAt" in known && now - known.failedAt >= FRESH_MS) return undefined;
    return this.#view(namespace, key, known);
  }

  /**
   * The version of what is cached: it changes when anything about any archive may have changed. Null when it is time to
   * ask D1, or when D1 has not answered yet.
   */
  version(now: number): number | null {
    return now - this.#askedAt < FRESH_MS ? this.#version : null;
  }

  /** `peek` for the archive of a build. */
  peekBuild(namespace: string, build: Located): ArchiveView | undefined {
    return this.peek(namespace, sourceKey(sourceOf(build)), this.#clock());
  }

  /** Asks D1, in one query, for those archives of builds that are not cached. Never rejects; takes 250 ms at most. */
  async learn(builds: readonly Located[]): Promise<void> {
    const asking = this.#askAll(builds.map(sourceOf)).catch(() => undefined);
    await within(this.#timer, HINT_TIMEOUT_MS, asking, undefined);
  }

  /** What is known of the archive of a build, asking D1 if nothing is cached. Never rejects; takes 250 ms at most. */
  async ofBuild(namespace: string, build: Located): Promise<ArchiveView> {
    const key = sourceKey(sourceOf(build));
    await this.learn([build]);
    return this.#view(namespace, key, this.#known.get(key)?.value ?? { failedAt: this.#clock() });
  }

  /** Asks D1 what has changed, at most once a minute. */
  async refresh(): Promise<void> {
    const now = this.#clock();
    if (now - this.#askedAt < FRESH_MS) return;
    // Set before the query, so that a database that is down is not asked by every request.
    this.#askedAt = now;
    const news = await this.#reader.news(this.#version);
    if (!news.isComplete) this.#known = new Memory<Known>(REMEMBERED);
    this.#version = news.version;
    for (const [namespace, mirror] of news.mirrors) this.#mirrors.set(namespace, mirror);
    for (const note of news.changed) {
      const key = sourceKey(note);
      if (this.#known.get(key) !== undefined) this.#remember(key, { note });
    }
  }

  async #askAll(sources: readonly ArchiveSource[]): Promise<void> {
    await this.refresh();
    const now = this.#clock();
    const wanted = new Map(sources.map((source) => [sourceKey(source), source]));
    for (const key of wanted.keys()) {
      const known = this.#known.get(key)?.value;
      if (known !== undefined && !("failedAt" in known && now - known.failedAt >= FRESH_MS))
        wanted.delete(key);
    }
    if (wanted.size === 0) return;
    for (const key of wanted.keys()) this.#remember(key, { failedAt: now });
    const digests = [...new Set([...wanted.values()].map(({ digest }) => digest))];
    const notes = await this.#reader.notes(digests, "nearest");
    const found = new Map(notes.map((note) => [sourceKey(note), note]));
    for (const key of wanted.keys()) this.#remember(key, { note: found.get(key) ?? null });
  }

  #remember(key: string, known: Known): void {
    this.#known.set(key, known, ENTRY_BYTES + textBytes(key));
  }

  #view(namespace: string, key: string, known: Known): ArchiveView {
    if ("failedAt" in known) return { key, state: null, mirror: null };
    const { note } = known;
    if (note === null) return { key, state: "unknown", mirror: null };
    const mirror = this.#mirrors.get(namespace) ?? "fallback";
    return { key, state: stateOf(note.state), mirror: note.isCopied && mirror !== "off" ? mirror : null };
  }
}
