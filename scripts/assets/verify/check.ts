// Checks archives from this machine, by the rules of the Worker: several at once, few of one host.
import { createHash } from "node:crypto";
import { fetchArchive, hashing, type Get, type Hasher } from "../../../src/archives/fetch-archive.ts";
import { judge } from "../../../src/archives/judge.ts";
import { hostOf } from "../../../src/archives/source.ts";
import { findingOf, type Finding } from "../../../src/archives/state.ts";
import { runtimeTimer } from "../../../src/lib/timer.ts";
import type { Named } from "./archives.ts";

/** Archives that are fetched at once, in all and of one host. */
export const AT_ONCE = 8;
const OF_A_HOST = 3;
const LIMITS = { silenceMs: 30_000, totalMs: 60 * 60_000 };
/** This machine reaches what the Worker does not. */
const POLICY = { reachesPrivate: true, reachesLoopback: true };

/** Checks one archive. Never rejects. */
export async function checkArchive({ source }: Named, get: Get, maxBytes: number): Promise<Finding> {
  const outcome = await fetchArchive(source, {
    get,
    policy: POLICY,
    limits: { ...LIMITS, maxBytes },
    timer: runtimeTimer,
    validators: { etag: null, lastModified: null },
    consume: hashing(nodeHasher, maxBytes),
  });
  return judge(outcome, source.digest, Date.now());
}

function nodeHasher(): Hasher {
  const hash = createHash("sha512");
  return {
    update: (bytes) => void hash.update(bytes),
    digest: async () => hash.digest("hex"),
  };
}

/** Does work for each archive, several at once; a host that asks to be left alone is not asked again. */
export async function eachOfHost(
  archives: readonly Named[],
  check: (archive: Named) => Promise<Finding>,
  done: (archive: Named, finding: Finding) => void,
): Promise<void> {
  const waiting = [...archives];
  const busy = new Map<string, number>();
  const closed = new Map<string, string>();
  const next = (): Named | undefined => {
    const place = waiting.findIndex(({ source }) => (busy.get(hostOf(source.url)) ?? 0) < OF_A_HOST);
    return place === -1 ? undefined : waiting.splice(place, 1)[0];
  };
  const running = new Set<Promise<void>>();
  while (waiting.length > 0 || running.size > 0) {
    const archive = running.size < AT_ONCE ? next() : undefined;
    if (archive === undefined) {
      await Promise.race(running);
      continue;
    }
    const host = hostOf(archive.source.url);
    busy.set(host, (busy.get(host) ?? 0) + 1);
    const work = (async () => {
      const why = closed.get(host);
      const finding = why === undefined ? await check(archive) : findingOf("unreachable", why);
      if (finding.status === 429 && why === undefined) closed.set(host, finding.detail);
      busy.set(host, (busy.get(host) ?? 1) - 1);
      done(archive, finding);
    })();
    const settled = work.finally(() => running.delete(settled));
    running.add(settled);
  }
}
