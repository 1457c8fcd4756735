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
  /** The commit to the namespace that it was last made or confirmed at; null when there is no one such commit. */
  readonly state: number | null;
  /** Whether every name of the namespace was visible. */
  readonly seesAll: boolean;
  /** Names and tags of the assets that it was made from. */
  readonly madeFrom: string;
  /** The state of the archives that its copies are of; null where that was not known. */
  readonly archives: number | null;
}

/** A question as it is asked over HTTP. */
export interface AskedQuestion extends ManyQuestion {
  readonly format: keyof typeof FORMATS;
  /** The query, which says all of it; null for one that is not remembered. */
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
  peekBuild(namespace: string, build: Resolved): Pick<ArchiveHint, "mirror"> | undefined;
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
 * Answers questions about many assets for one machine. An answer depends on the assets that it is about, the facts and the
 * rule alone, so it is remembered by its question: as long as the namespace has had no commit it is the same, and after a
 * commit that touched none of these assets it is so still.
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
    // What no store can say now is nothing to remember.
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
    const body = await this.#body(question, source);
    const etag = await entityTag(body);
    const answer = { body, etag, format, state, seesAll: source.reach.length === 0, madeFrom, archives };
    if (key !== null) this.#remember(key, answer);
    return answer;
  }

  /** Where not all copies are known, the outcomes are written again once they are: nothing is known of a new isolate's first. */
  async #body(question: AskedQuestion, source: Source): Promise<string> {
    const { outcome: write, whole } = FORMATS[question.format];
    const unknown: Resolved[] = [];
    const outcomes = () =>
      writeOutcomes(question, source, (outcome) => {
        if (outcome.outcome !== "resolved") return write(outcome);
        const archive = this.#archives.peekBuild(question.namespace, outcome.resolved);
        if (archive === undefined) unknown.push(outcome.resolved);
        const mirror = mirrorMembers(outcome.resolved, archive ?? { mirror: null });
        return write({ ...outcome, resolved: { ...outcome.resolved, ...mirror } });
      });
    const first = outcomes();
    if (unknown.length === 0) return whole(first);
    await this.#archives.learn(unknown);
    return whole(outcomes());
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
