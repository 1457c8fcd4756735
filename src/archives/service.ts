import { CHECKER } from "./check-run.ts";
import { NameMatcher } from "../auth/name-matcher.ts";
import { allows, namespacesSeenBy, seesEveryName, type Grant, type Role } from "../auth/grants.ts";
import { ApiError } from "../errors.ts";
import { parseNamespace, type AssetId, type Namespace } from "../identity/names.ts";
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

/** A finding about an archive, made on another machine. */
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

/** Archives read for one page at most, and how many at a time. */
const SCANNED = 1_000;
const STEP = 200;
/** Digests that one query is given. */
const DIGESTS = 500;
/** Users read of one archive. */
const USERS = 200;
const MATCHING_STEPS = 20_000_000;
/** Batches of commits that are indexed before a read, so that it sees what was just written. */
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
    const within = query.namespace === null ? namespacesSeenBy(grants) : [query.namespace];
    const found: SeenArchive[] = [];
    let last = after;
    for (let scanned = 0; scanned < SCANNED; scanned += STEP) {
      const step = await this.#stores.reader.page(query, last, STEP);
      const users = await this.#users(step.archives, within);
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

  /** Makes the archives of an asset due before others, unless they have just been checked; returns how many. */
  async ask(id: AssetId, now: number): Promise<number> {
    const archives = await this.ofAsset(id, now);
    const ids = [...new Set(archives.map((archive) => archive.id))];
    return this.#stores.queue.ask(ids, now - DAY_MS, now - ASK_MS);
  }

  /**
   * Stores findings made on another machine. Throws `permissionDenied` where an archive is also used by an asset that the
   * caller may not edit, which would show the finding too.
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
      { outside: editedWhole(grants) },
    );
    const isEditable = matching(grants, "edit");
    const foreign = new Set(users.filter((user) => !isEditable(user)).map(({ archive }) => archive));
    // Users past the limit may be anybody's.
    if (!allows(grants, { role: "edit", namespace: null, name: null })) {
      for (const [archive, of] of Map.groupBy(users, (user) => user.archive))
        if (of.length >= USERS) foreign.add(archive);
    }
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
    by: string,
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
      // Anybody may report on an archive that nothing uses yet; only the caller's own word counts, beside the checker's.
      for (const note of notes)
        if (note.state !== "ok" || note.checkedBy === by || (note.isVerified && note.checkedBy === CHECKER))
          states.set(sourceKey(note), note.state);
    }
    return builds
      .map(({ name, build, source }) => ({
        name,
        build,
        state: stateOf(states.get(sourceKey(source)) ?? ""),
      }))
      .filter(({ state }) => state !== "ok");
  }

  /** The builds of a definition whose archives had wrong bytes, of archives that an asset uses which the caller may see. */
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
    const users = await reader.users([...new Set(found.map(({ id }) => id))], USERS, {
      within: namespacesSeenBy(grants),
    });
    const visible = new Set(users.filter(matching(grants, "view")).map(({ archive }) => archive));
    return found.filter(({ id }) => visible.has(id)).map(({ build, state }) => ({ build, state }));
  }

  async #users(
    archives: readonly StoredArchive[],
    within: readonly Namespace[] | null,
  ): Promise<Map<number, ArchiveUser[]>> {
    if (archives.length === 0) return new Map();
    const users = await this.#stores.reader.users(
      archives.map(({ id }) => id),
      USERS,
      { within },
    );
    return Map.groupBy(users, ({ archive }) => archive);
  }

  async #follow(now: number): Promise<void> {
    for (let step = 0; step < FOLLOWED; step += 1) {
      if (!(await followCommits(this.#stores.index, this.#policy, now))) return;
    }
  }
}

/** The namespaces in which the grants allow to edit every asset. */
function editedWhole(grants: readonly Grant[]): Namespace[] {
  return grants.flatMap((grant) => {
    const namespace = parseNamespace(grant.namespace);
    const isWhole =
      namespace !== null && grant.names === null && allows([grant], { role: "edit", namespace, name: null });
    return isWhole ? [namespace] : [];
  });
}

/** A test whether grants give a role at the asset of a build; false for all once its steps are used up. */
export function matching(grants: readonly Grant[], role: Role): (user: ArchiveUser) => boolean {
  if (role === "view" && seesEveryName(grants, null)) return () => true;
  const meter = new Meter(MATCHING_STEPS);
  const matcher = new NameMatcher(grants, meter);
  return ({ namespace, name }) => !meter.isSpent && matcher.allows({ role, namespace, name });
}
