import { BOUND_MS } from "../../src/freshness/admit.ts";
import type { History, Name } from "./history.ts";

/** What one reader was told of one name. */
export interface Answer {
  readonly name: Name;
  /** The version served; null for an absence, and `some` for a presence that does not say which it is. */
  readonly seq: number | null | "some";
  readonly start: number;
  readonly end: number;
  /** Whether the reader asked for the newest. */
  readonly newest: boolean;
  /** Marked stale: past the bound by permission, but never backwards and never from the dead. */
  readonly stale: boolean;
}

export interface Verdicts {
  pastBound: number;
  backwards: number;
  resurrected: number;
  /** Milliseconds, of answers that were not marked stale. */
  maxStaleness: number;
}

/** Clocks may differ by this much. */
const SKEW_MS = 2_000;

/** Judges answers by the promises I1 to I3. */
export class Referee {
  readonly verdicts: Verdicts = { pastBound: 0, backwards: 0, resurrected: 0, maxStaleness: 0 };
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
  }

  /** `seen`: the newest version each name was served in, by whoever must not go backwards. */
  judge(answer: Answer, seen: Map<string, number>): void {
    const versions = this.#history.of(answer.name);
    const key = `${answer.name.namespace}/${answer.name.name}`;
    const before = seen.get(key) ?? 0;
    // Of several absences the answer does not tell which it means: each question is put to the one that suits it best.
    const meant = typeof answer.seq === "number" ? [answer.seq] : this.#meant(answer);
    const served = meant.at(-1) ?? 0;
    const deadline = answer.newest ? answer.start : answer.start - BOUND_MS - SKEW_MS;
    let required = 0;
    for (const { seq, ackedAt } of versions) if (ackedAt < deadline) required = Math.max(required, seq);

    const backwards = served < before;
    const late = !answer.stale && served < required;
    if (backwards) this.verdicts.backwards += 1;
    if (late) this.verdicts.pastBound += 1;
    const due = Math.max(before, answer.stale ? 0 : required);
    const died = versions.some(({ seq, deleted }) => deleted && seq > served && seq <= due);
    if (answer.seq !== null && died) this.verdicts.resurrected += 1;
    if (!answer.stale) {
      const next = versions.find(({ seq }) => seq > served);
      const staleness = next === undefined ? 0 : answer.start - next.committedAt;
      this.verdicts.maxStaleness = Math.max(this.verdicts.maxStaleness, staleness);
    }
    seen.set(key, Math.max(before, meant.find((seq) => seq >= before) ?? served));
  }

  /** The commits since which the name may have been absent, or present, by the end of the answer, the oldest first. */
  #meant({ name, seq: served, end }: Answer): number[] {
    const absent = served === null;
    const commits = this.#history
      .of(name)
      .filter(({ deleted, committedAt }) => deleted === absent && committedAt <= end);
    return [...(absent ? [0] : []), ...commits.map(({ seq }) => seq)];
  }
}
