import { cacheKey } from "../../identity/cache-key.ts";
import type { Namespace } from "../../identity/names.ts";
import { entityTag } from "../../lib/entity-tag.ts";
import { Memory, type Kept, type MemoryLimits } from "../../lib/memory.ts";
import { textBytes } from "../../lib/text-bytes.ts";
import { mirrorMembers } from "../mirror.ts";
import type { Resolved } from "../resolve-asset.ts";
import type { ArchiveHint } from "../service.ts";
import { FORMATS } from "./formats.ts";
import { writeOutcomes, type Known, type ManyQuestion } from "./outcomes.ts";

/** The body of an answer and its tag, ready to be sent. */
export interface ManyAnswer {
  readonly body: string;
  readonly etag: string;
  readonly format: keyof typeof FORMATS;
  /** The namespace's commit at which it was last made or confirmed; null when its assets are not from one snapshot. */
  readonly state: number | null;
  /** Whether every name of the namespace was visible. */
  readonly seesAll: boolean;
  /** Names and tags of the assets that it was made from, for comparison. */
  readonly madeFrom: string;
  /** The version of what was known of archives when it was made; null when that was not known. */
  readonly archives: number | null;
}

/** A question as it is asked over HTTP. */
export interface AskedQuestion extends ManyQuestion {
  readonly format: keyof typeof FORMATS;
  /** The query string, which says the whole question; null for one that is not cached. */
  readonly search: string | null;
}

/** What a question is answered from, and who may see that. */
export interface Source extends Known {
  readonly state: number | null;
  /** The names that the caller's grants show, as parts of a key. */
  readonly reach: readonly string[];
}

/** What is known of the archives of builds; see `ArchiveNotes`. */
export interface ArchiveMemory {
  version(now: number): number | null;
  /** `state` is null where the archive could not be asked about. */
  peekBuild(namespace: string, build: Resolved): Pick<ArchiveHint, "mirror" | "state"> | undefined;
  learn(builds: readonly Resolved[]): Promise<void>;
}

const MIB = 1024 * 1024;
/** Answers that an isolate remembers; a fleet has few kinds of machine. */
export const MANY_ANSWERS: MemoryLimits = { entries: 2_000, bytes: 8 * MIB };
/** Memory of an answer beside its texts. */
const ENTRY_BYTES = 240;

/** The key of the answer to a query about a namespace, for callers whose grants show these names. */
export function manyKey(namespace: Namespace, search: string, reach: readonly string[]): string {
  return cacheKey(namespace, search, ...reach);
}

/**
 * Answers questions about many assets for one machine, and caches the answers by question. An answer depends on its assets,
 * the facts, the rule and what is known of archives, so a commit that touches none of its assets only moves its `state`.
 */
export class ManyService {
  readonly #answers = new Memory<ManyAnswer>(MANY_ANSWERS);
  readonly #archives: ArchiveMemory;

  constructor(archives: ArchiveMemory) {
    this.#archives = archives;
  }

  /** Looks up the remembered answer by its `manyKey`; for the hot path. */
  peek(key: string): Kept<ManyAnswer> | undefined {
    return this.#answers.get(key);
  }

  /** The answer of an entry that `peek` returned; undefined once it is evicted or replaced. */
  use(kept: Kept<ManyAnswer>): ManyAnswer | undefined {
    return this.#answers.use(kept);
  }

  /** Bytes of all remembered answers. */
  get bytes(): number {
    return this.#answers.bytes;
  }

  async answer(question: AskedQuestion, source: Source, now: number): Promise<ManyAnswer> {
    const { namespace, search, format } = question;
    await this.#archives.learn([]);
    const archives = this.#archives.version(now);
    // An answer with unknown names is not cached: it would outlive the outage.
    const isSure = source.unknown.size === 0;
    const key = search === null || !isSure ? null : manyKey(namespace, search, source.reach);
    const madeFrom = source.assets.map(({ name, etag }) => `${name} ${etag}`).join("\n");
    const known = key === null ? undefined : this.#answers.get(key)?.value;
    const { state } = source;
    if (known !== undefined && known.madeFrom === madeFrom && known.archives === archives) {
      const confirmed = { ...known, state };
      if (key !== null && state !== known.state) this.#remember(key, confirmed);
      return confirmed;
    }
    const { body, isWhole } = await this.#body(question, source);
    const etag = await entityTag(body);
    const answer = { body, etag, format, state, seesAll: source.reach.length === 0, madeFrom, archives };
    // Copies that nobody could say anything of now may be named by the next answer.
    if (key !== null && isWhole) this.#remember(key, answer);
    return answer;
  }

  /**
   * Formats the outcomes; where the copies of some builds are unknown, as in a new isolate, asks for them and formats again.
   * `isWhole` says whether all were known in the end.
   */
  async #body(
    question: AskedQuestion,
    source: Source,
  ): Promise<{ readonly body: string; readonly isWhole: boolean }> {
    const { outcome: write, whole } = FORMATS[question.format];
    const unknown: Resolved[] = [];
    const unsure = { builds: 0 };
    const outcomes = () =>
      writeOutcomes(question, source, (outcome) => {
        if (outcome.outcome !== "resolved") return write(outcome);
        const archive = this.#archives.peekBuild(question.namespace, outcome.resolved);
        if (archive === undefined) unknown.push(outcome.resolved);
        if (archive === undefined || archive.state === null) unsure.builds += 1;
        const mirror = mirrorMembers(outcome.resolved, archive ?? { mirror: null });
        return write({ ...outcome, resolved: { ...outcome.resolved, ...mirror } });
      });
    const first = outcomes();
    if (unknown.length === 0) return { body: whole(first), isWhole: unsure.builds === 0 };
    await this.#archives.learn(unknown);
    unsure.builds = 0;
    const second = outcomes();
    return { body: whole(second), isWhole: unsure.builds === 0 };
  }

  #remember(key: string, answer: ManyAnswer): void {
    const { body, etag, madeFrom } = answer;
    const texts = [key, body, etag, madeFrom];
    this.#answers.set(
      key,
      answer,
      texts.reduce((sum, text) => sum + textBytes(text), ENTRY_BYTES),
    );
  }
}
