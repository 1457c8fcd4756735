import type { ArchiveIndex, ArchiveUserSource, ChangedAsset, NewArchive } from "../store/archive-store.ts";
import { hostOf, sourceKey, sourceOf, type ArchiveSource } from "./source.ts";
import { decideHeaders, decideUrl, type FetchPolicy } from "./url-rule.ts";

/** What is said of an archive that has not been checked yet. */
export const NOT_YET = "it has not been checked yet";

/**
 * Takes the next commits into the index of archives, a bounded number of them; false once there were none. What can
 * never be checked gets its state here, without a check.
 */
export async function followCommits(index: ArchiveIndex, policy: FetchPolicy, now: number): Promise<boolean> {
  const commits = await index.unfollowed();
  if (commits.to === commits.from) return false;
  const archives = new Map<string, NewArchive>();
  const builds = commits.assets.flatMap((asset) => usersOf(asset, archives, policy, now));
  await index.follow(commits, [...archives.values()], builds, now);
  return true;
}

function usersOf(
  { namespace, name, builds }: ChangedAsset,
  archives: Map<string, NewArchive>,
  policy: FetchPolicy,
  now: number,
): (ArchiveUserSource & { readonly count: number })[] {
  const count = builds.length;
  if (count === 0) return [{ namespace, name, position: 0, source: null, count }];
  return builds.map(({ url, sha512, headers }, position) => {
    const parsed: Record<string, string> = headers === null ? {} : JSON.parse(headers);
    const source = sourceOf({ url, sha512, headers: parsed });
    const key = sourceKey(source);
    if (!archives.has(key)) archives.set(key, newArchive(source, policy, now));
    return { namespace, name, position, source, count };
  });
}

function newArchive(source: ArchiveSource, policy: FetchPolicy, now: number): NewArchive {
  const decision = decideUrl(source.url, policy);
  const headers = decideHeaders(source.headers);
  const problem = "problem" in decision ? decision.problem : "problem" in headers ? headers.problem : null;
  const host = hostOf(source.url);
  if (problem !== null) return { ...source, host, state: "not_checkable", detail: problem, dueAt: null };
  return { ...source, host, state: "unknown", detail: NOT_YET, dueAt: now };
}
