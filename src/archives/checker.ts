import type { ClaimedArchive } from "../store/archive-store.ts";
import type { CheckerOptions } from "./checker-options.ts";
import { BEGIN_MS, CHECKER, CheckRun, CLAIM_MS } from "./check-run.ts";
import { isWrong, stateOf } from "./state.ts";

/** Checks that a run makes at once. */
const LANES = 4;
/** Archives whose notices are announced by one run, in one commit. */
const NOTICES = 20;

/** What one run has found: how many archives are in each state. */
export type Found = Readonly<Record<string, number>>;

/** Checks archives that are due, a bounded number of them at a time. */
export class ArchiveChecker {
  readonly #options: CheckerOptions;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  /** Checks what is due; so many archives at most. */
  async run(archives = this.#options.settings.checks): Promise<Found> {
    const hasAnnounced = await this.#announce();
    return this.#check(archives, hasAnnounced);
  }

  async #check(archives: number, hasAnnounced: boolean): Promise<Found> {
    const { stores, settings, clock, bucket } = this.#options;
    const count = Math.min(archives, settings.checks);
    if (count === 0) return {};
    const token = crypto.randomUUID();
    const now = clock();
    const perHost = Math.max(1, Math.floor(count / 2));
    const claimed = await stores.queue.claim({ token, now, until: now + CLAIM_MS, archives: count, perHost });
    if (claimed.length === 0) return {};
    const totals = bucket === null ? null : await stores.copies.totals();
    const run = new CheckRun(this.#options, { token, totals, lastBegin: now + BEGIN_MS, hasAnnounced });
    const waiting = inTurns(claimed);
    await Promise.all(Array.from({ length: LANES }, () => run.work(waiting)));
    if (run.postponed > 0) await stores.queue.release(token, clock());
    return run.found;
  }

  /** Announces what earlier runs have found; whether there was anything. */
  async #announce(): Promise<boolean> {
    const { stores, log, scope } = this.#options;
    const notices = await stores.herald.pending(NOTICES);
    if (notices.length === 0) return false;
    const commit = { principal: CHECKER, reason: null, scope: scope() };
    await stores.herald.announce(
      notices.map(({ id }) => id),
      commit,
    );
    for (const { digest, host, state, notice } of notices) {
      const isDrift = isWrong(stateOf(state));
      const event = isDrift ? "archive-drift" : "archive-mended";
      log({ level: isDrift ? "error" : "info", event, digest, host, detail: notice });
    }
    return true;
  }
}

/** The first archive of each host, then the second of each: a slow host keeps no other waiting. */
function inTurns(claimed: readonly ClaimedArchive[]): ClaimedArchive[] {
  const places = new Map<string, number>();
  const placed = claimed.map((archive) => {
    const place = places.get(archive.host) ?? 0;
    places.set(archive.host, place + 1);
    return { place, archive };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ archive }) => archive);
}
