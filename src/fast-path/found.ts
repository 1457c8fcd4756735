import type { Principal } from "../auth/principal.ts";
import { reachOf } from "../auth/reach.ts";
import type { CachedAssetStore } from "../freshness/cached-asset-store.ts";
import { manyKey, type ManyAnswer, type ManyService } from "../resolve/many/service.ts";
import { answerKey, type Answer, type ArchiveHint, type ResolveService } from "../resolve/service.ts";
import { MOST_ASSETS } from "../store/asset-store.ts";
import type { AssetTarget, ManyTarget } from "./target.ts";

/** What answers are made of, each of which is in memory or not. */
export interface Sources {
  readonly assets: Pick<CachedAssetStore, "peek" | "peekPage">;
  readonly resolutions: Pick<ResolveService, "peek" | "use">;
  readonly many: Pick<ManyService, "peek" | "use">;
  /** What is known of archives; undefined and null where it has to be asked for first. */
  readonly archives: {
    peek(namespace: string, key: string, now: number): Pick<ArchiveHint, "state" | "mirror"> | undefined;
    version(now: number): number | null;
  };
}

/** An answer that memory holds. */
export interface Found {
  readonly body: string;
  readonly etag: string;
  /** Whether the body is text for a shell, and not JSON. */
  readonly isText: boolean;
  readonly ageSeconds: number;
  /** The last commit that the answer has seen, where it says so. */
  readonly seq: number | null;
  /** That of the archive, where the answer has one. */
  readonly state: string | null;
}

/** An asset or its resolution; null when memory alone cannot answer. */
export function foundAsset(target: AssetTarget, sources: Sources, now: number): Found | null {
  const found = sources.assets.peek(target.id, now, target.last);
  if (found === null) return null;
  const { value: asset, ageSeconds } = found;
  if (target.search === null) {
    if (asset.expressions !== null) return null;
    return { body: asset.definition, etag: asset.etag, isText: false, ageSeconds, seq: null, state: null };
  }
  const known = resolutionOf(target, target.search, asset.etag, sources);
  if (known === undefined) return null;
  const archive = sources.archives.peek(target.id.namespace, known.archive.key, now);
  // Another body is due where the copy is used otherwise; where nothing is known, it is asked for elsewhere.
  if (archive === undefined || archive.mirror !== known.archive.mirror) return null;
  return { body: known.body, etag: known.etag, isText: false, ageSeconds, seq: null, state: archive.state };
}

/** Of this version of the asset, if it was answered before; remembered with the URL. */
function resolutionOf(
  target: AssetTarget,
  search: string,
  assetTag: string,
  { resolutions }: Sources,
): Answer | undefined {
  const last = target.resolution;
  const held = last?.assetTag === assetTag ? resolutions.use(last.kept) : undefined;
  if (held !== undefined) return held;
  const kept = resolutions.peek(answerKey(target.id, assetTag, search));
  if (kept !== undefined) target.resolution = { assetTag, kept };
  return kept?.value;
}

/** The answer of many assets, if the namespace is still what it was made from; null when memory alone cannot answer. */
export function foundMany(
  target: ManyTarget,
  principal: Principal,
  sources: Sources,
  now: number,
): Found | null {
  const page = { namespace: target.namespace, from: null, limit: MOST_ASSETS };
  const found = sources.assets.peekPage(page, now, target.last);
  if (found === null || found.value.next !== null) return null;
  const { state } = found.value;
  const known = answerOf(target, principal, sources);
  if (known === undefined || known.state !== state) return null;
  const archives = sources.archives.version(now);
  if (archives === null || known.archives !== archives) return null;
  const { body, etag, format, seesAll } = known;
  const seq = seesAll ? state : null;
  return { body, etag, isText: format === "env", ageSeconds: found.ageSeconds, seq, state: null };
}

/** The answer for what this principal may see, remembered with the URL. */
function answerOf(target: ManyTarget, principal: Principal, { many }: Sources): ManyAnswer | undefined {
  const last = target.answer;
  const held = last?.reader === principal ? many.use(last.kept) : undefined;
  if (held !== undefined) return held;
  const { namespace, search } = target;
  const kept = many.peek(manyKey(namespace, search, reachOf(principal.grants, namespace)));
  if (kept !== undefined) target.answer = { reader: principal, kept };
  return kept?.value;
}
