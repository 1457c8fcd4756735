import { NameMatcher } from "../auth/name-matcher.ts";
import { seesEveryName, type Grant, type Role } from "../auth/grants.ts";
import { ApiError } from "../errors.ts";
import type { AssetId } from "../identity/names.ts";
import { Meter } from "../lib/meter.ts";
import type {
  ArchiveQuery,
  ArchiveReport,
  ArchiveStores,
  ArchiveUser,
  StoredArchive,
} from "../store/archive-store.ts";
import type { Asset } from "../definitions/schema.ts";
import { followCommits, NOT_YET } from "./follow.ts";
import { hostOf, sourceKey, sourcesOf } from "./source.ts";
import { isWrong, stateOf, type ArchiveState } from "./state.ts";
import { DAY_MS } from "./schedule.ts";
import { decideUrl, type FetchPolicy } from "./url-rule.ts";

/** An archive with those of its users that a caller may see. */
export interface SeenArchive {
  readonly archive: StoredArchive;
  readonly users: readonly ArchiveUser[];
}

/** Archives that a caller may see, and the id to go on after; null at the end. */
export interface ArchivePage {
  readonly archives: readonly SeenArchive[];
  readonly next: number | null;
}

/** What somebody found of an archive on another machine. */
export interface Report {
  readonly digest: string;
  readonly url: string;
  readonly state: ArchiveState;
  readonly detail: string;
  readonly status: number | null;
  readonly size: number | null;
  readonly type: string | null;
  readonly seenDigest: string | null;
  readonly beginsAs: string | null;
}

/** Archives read for one page at most, in steps. */
const SCANNED = 1_000;
const STEP = 200;
/** Digests that one query is given. */
const DIGESTS = 5_000;
/** Users that are named of one archive. */
const USERS = 200;
const MATCHING_STEPS = 20_000_000;
/** Steps of following commits before a read: what was written just now is seen. */
const FOLLOWED = 3;
/** An archive that was checked within this time is not checked again because somebody asks. */
const ASK_MS = 60_000;

/** What is known of archives, for those who may see the assets that use them. */
export class ArchiveService {
  readonly #stores: Pick<ArchiveStores, "index" | "reader" | "queue">;
  readonly #policy: FetchPolicy;

  constructor(stores: Pick<ArchiveStores, "index" | "reader" | "queue">, policy: FetchPolicy) {
    this.#stores = stores;
    this.#policy = policy;
  }

  /** A page of archives. Each is shown with the users that the caller may see, and not at all without any. */
  async page(
    grants: readonly Grant[],
    query: ArchiveQuery,
    after: number,
    limit: number,
    now: number,
  ): Promise<ArchivePage> {
    await this.#follow(now);
    const isVisible = matching(grants, "view");
    const found: SeenArchive[] = [];
    let last = after;
    for (let scanned = 0; scanned < SCANNED; scanned += STEP) {
      const step = await this.#stores.reader.page(query, last, STEP);
      const users = await this.#users(step.archives, query.namespace);
      for (const archive of step.archives) {
        if (found.length === limit) return { archives: found, next: last };
        last = archive.id;
        const visible = (users.get(archive.id) ?? []).filter(isVisible);
        if (visible.length > 0) found.push({ archive, users: visible });
      }
      last = step.last;
      if (step.isEnd) return { archives: found, next: null };
    }
    return { archives: found, next: last };
  }

  /** The archives of an asset's builds, in order. */
  async ofAsset({ namespace, name }: AssetId, now: number) {
    await this.#follow(now);
    return this.#stores.reader.ofAsset(namespace, name);
  }

  /** Makes the archives of an asset due before others, unless they have been checked just now; how many. */
  async ask(id: AssetId, now: number): Promise<number> {
    const archives = await this.ofAsset(id, now);
    const ids = [...new Set(archives.map((archive) => archive.id))];
    return this.#stores.queue.ask(ids, now - DAY_MS, now - ASK_MS);
  }

  /**
   * Stores what was found on another machine; how many findings. `permissionDenied` where an archive is used by an asset
   * that the caller may not edit: it would be told what others found out.
   */
  async report(grants: readonly Grant[], by: string, reports: readonly Report[], now: number): Promise<void> {
    await this.#follow(now);
    const notes = await this.#stores.reader.notes(
      [...new Set(reports.map(({ digest }) => digest))],
      "primary",
    );
    const users = await this.#stores.reader.users(
      notes.map(({ id }) => id),
      USERS,
    );
    const isEditable = matching(grants, "edit");
    const foreign = new Set(users.filter((user) => !isEditable(user)).map(({ archive }) => archive));
    const entries = reports.map((report): ArchiveReport => {
      const known = notes.filter(({ digest, url }) => digest === report.digest && url === report.url);
      const refused = known.find(({ id }) => foreign.has(id));
      if (refused !== undefined) {
        throw new ApiError(
          "permissionDenied",
          `the archive ${report.digest.slice(0, 12)}... is also used by assets that you may not edit; nothing was stored`,
        );
      }
      const columns = { ...report, checkedAt: now, checkedBy: by };
      if (known.length > 0) return { archives: known.map(({ id }) => id), columns };
      const source = { digest: report.digest, url: report.url, headers: "" };
      const isCheckable = "url" in decideUrl(report.url, this.#policy);
      const dueAt = isCheckable ? now : null;
      return {
        archives: { ...source, host: hostOf(report.url), state: "unknown", detail: NOT_YET, dueAt },
        columns,
      };
    });
    await this.#stores.queue.report(entries, now);
  }

  /** The builds of these assets whose archives are not known to be right, each with its state. */
  async unverified(
    assets: Iterable<readonly [name: string, asset: Asset]>,
    now: number,
  ): Promise<{ name: string; build: number; state: ArchiveState }[]> {
    await this.#follow(now);
    const builds = [...assets].flatMap(([name, asset]) =>
      sourcesOf(asset).map((source, build) => ({ name, build, source })),
    );
    const states = new Map<string, string>();
    const digests = [...new Set(builds.map(({ source }) => source.digest))];
    for (let at = 0; at < digests.length; at += DIGESTS) {
      const notes = await this.#stores.reader.notes(digests.slice(at, at + DIGESTS), "primary");
      for (const note of notes) states.set(sourceKey(note), note.state);
    }
    return builds
      .map(({ name, build, source }) => ({
        name,
        build,
        state: stateOf(states.get(sourceKey(source)) ?? ""),
      }))
      .filter(({ state }) => state !== "ok");
  }

  /** The builds of a definition behind which other bytes were found, as far as the caller may see an asset that says so. */
  async wrong(grants: readonly Grant[], asset: Asset): Promise<{ build: number; state: ArchiveState }[]> {
    const sources = sourcesOf(asset);
    const { reader } = this.#stores;
    const notes = await reader.notes([...new Set(sources.map(({ digest }) => digest))], "nearest");
    const wrong = new Map(
      notes.filter(({ state }) => isWrong(stateOf(state))).map((note) => [sourceKey(note), note]),
    );
    const found = sources.flatMap((source, build) => {
      const note = wrong.get(sourceKey(source));
      return note === undefined ? [] : [{ build, id: note.id, state: stateOf(note.state) }];
    });
    if (found.length === 0) return [];
    const users = await reader.users([...new Set(found.map(({ id }) => id))], USERS);
    const visible = new Set(users.filter(matching(grants, "view")).map(({ archive }) => archive));
    return found.filter(({ id }) => visible.has(id)).map(({ build, state }) => ({ build, state }));
  }

  async #users(
    archives: readonly StoredArchive[],
    namespace: string | null,
  ): Promise<Map<number, ArchiveUser[]>> {
    if (archives.length === 0) return new Map();
    const users = await this.#stores.reader.users(
      archives.map(({ id }) => id),
      USERS,
    );
    return Map.groupBy(
      users.filter((user) => namespace === null || user.namespace === namespace),
      ({ archive }) => archive,
    );
  }

  async #follow(now: number): Promise<void> {
    for (let step = 0; step < FOLLOWED; step += 1) {
      if (!(await followCommits(this.#stores.index, this.#policy, now))) return;
    }
  }
}

/** Whether grants give a role at the assets of builds. */
export function matching(grants: readonly Grant[], role: Role): (user: ArchiveUser) => boolean {
  if (role === "view" && seesEveryName(grants, null)) return () => true;
  const meter = new Meter(MATCHING_STEPS);
  const matcher = new NameMatcher(grants, meter);
  return ({ namespace, name }) => !meter.isSpent && matcher.allows({ role, namespace, name });
}
