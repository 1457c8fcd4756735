import { decodeAsset } from "../definitions/decode.ts";
import { entityTag } from "../lib/entity-tag.ts";
import type { Asset } from "../definitions/schema.ts";
import { Memory, type Kept, type MemoryLimits } from "../lib/memory.ts";
import { invalid } from "../errors.ts";
import { cacheKey } from "../identity/cache-key.ts";
import type { AssetId } from "../identity/names.ts";
import { textBytes } from "../lib/text-bytes.ts";
import { Budget, BudgetExhausted } from "../es5/budget.ts";
import type { BuildReport, Rule } from "./choose.ts";
import { FilterReader } from "../es5/filter-reader.ts";
import { PLATFORMS, type Platform } from "./platforms.ts";
import { Subject } from "./subject.ts";
import type { StoredAsset } from "../store/asset-store.ts";
import { withValue, type Reading, type ReadResult } from "../store/reading.ts";
import { factsOfEntity, type Facts, type NamedFacts } from "./facts.ts";
import { explainAsset, resolveAsset, type Resolution, type Resolved } from "./resolve-asset.ts";

/** Where assets come from: an asset, or `notFound`. */
export interface AssetReader {
  get(id: AssetId, reading: Reading): Promise<ReadResult<StoredAsset>>;
}

/** A resolution with its entity tag, which depends on the asset, the facts and the rule. */
export interface TaggedResolution {
  readonly resolution: Resolution;
  readonly assetTag: string;
  readonly etag: string;
}

export interface TaggedExplanation extends TaggedResolution {
  readonly reports: readonly BuildReport[];
}

/** Which build each platform of the built-in table gets. */
export interface Matrix {
  readonly etag: string;
  readonly rows: readonly { readonly platform: Platform; readonly resolution: Resolution }[];
}

/** What is said of an archive beside a resolution. */
export interface ArchiveHint {
  /** Names the archive, to whoever knows its state. */
  readonly key: string;
  /** Null where nobody could say. */
  readonly state: string | null;
  /** How the copy is used; null for not at all. */
  readonly mirror: "fallback" | "prefer" | null;
}

/** Says what is known of the archive of a build. */
export interface ArchiveHints {
  ofBuild(namespace: string, build: Pick<Resolved, "url" | "sha512" | "headers">): Promise<ArchiveHint>;
}

/** The JSON of a resolution and its tag, ready to be sent. */
export interface Answer {
  readonly body: string;
  readonly etag: string;
  /** What the body was made with. */
  readonly archive: Pick<ArchiveHint, "key" | "mirror">;
}

/** The cache key of the answer to a query for a version of an asset. */
export function answerKey({ key }: AssetId, assetTag: string, search: string): string {
  return cacheKey(key, assetTag, search);
}

const MIB = 1024 * 1024;
/** Resolutions and answers that an isolate caches; a fleet has few kinds of machine. */
const RESOLUTIONS: MemoryLimits = { entries: 5_000, bytes: 8 * MIB };
const ANSWERS: MemoryLimits = { entries: 5_000, bytes: 4 * MIB };
/** Memory of an entry beside its texts. */
const ENTRY_BYTES = 200;

/**
 * Resolves assets for machines, each request by one budget; where that ends, the answer is 400 and says so. A resolution
 * depends on the asset's version and the facts alone, so it is cached; its explanation, which is as long as the
 * asset, is not.
 */
export class ResolveService {
  readonly #assets: AssetReader;
  readonly #known = new Memory<TaggedResolution>(RESOLUTIONS);
  readonly #answers = new Memory<Answer>(ANSWERS);

  constructor(assets: AssetReader) {
    this.#assets = assets;
  }

  /** Looks up the cached answer to a query by its `answerKey`; for the hot path. */
  peek(key: string): Kept<Answer> | undefined {
    return this.#answers.get(key);
  }

  /** The answer of an entry that `peek` returned; undefined once it is evicted. */
  use(kept: Kept<Answer>): Answer | undefined {
    return this.#answers.use(kept);
  }

  remember(id: AssetId, assetTag: string, search: string, answer: Answer): void {
    const key = answerKey(id, assetTag, search);
    this.#answers.set(
      key,
      answer,
      ENTRY_BYTES + textBytes(key) + textBytes(answer.body) + textBytes(answer.archive.key),
    );
  }

  /** Bytes of all cached resolutions and answers. */
  get bytes(): number {
    return this.#known.bytes + this.#answers.bytes;
  }

  async resolve(
    id: AssetId,
    rule: Rule,
    facts: NamedFacts,
    reading: Reading,
  ): Promise<ReadResult<TaggedResolution>> {
    const found = await this.#assets.get(id, reading);
    return withValue(found, await this.#resolve(id, found.value, rule, facts));
  }

  async #resolve(id: AssetId, stored: StoredAsset, rule: Rule, facts: NamedFacts): Promise<TaggedResolution> {
    const key = resolutionKey(id, stored, rule, facts);
    const known = this.#known.get(key)?.value;
    if (known !== undefined) return known;
    const resolution = withinMachine(id, facts, (machine, budget) =>
      resolveAsset(assetOf(stored), machine, rule, budget),
    );
    const made = { resolution, assetTag: stored.etag, etag: await entityTag(key) };
    this.#known.set(key, made, ENTRY_BYTES + textBytes(key) + resolutionBytes(resolution));
    return made;
  }

  /** Resolves with the verdict on each filter; computed for each request. */
  async explain(
    id: AssetId,
    rule: Rule,
    facts: NamedFacts,
    reading: Reading,
  ): Promise<ReadResult<TaggedExplanation>> {
    const found = await this.#assets.get(id, reading);
    const stored = found.value;
    const etag = await entityTag(resolutionKey(id, stored, rule, facts));
    const explained = withinMachine(id, facts, (machine, budget) =>
      explainAsset(assetOf(stored), machine, rule, budget),
    );
    return withValue(found, { ...explained, assetTag: stored.etag, etag });
  }

  async matrix(id: AssetId, rule: Rule, reading: Reading): Promise<ReadResult<Matrix>> {
    const found = await this.#assets.get(id, reading);
    const stored = found.value;
    const asset = withoutHeaders(assetOf(stored));
    const budget = new Budget();
    const filters = new FilterReader(budget);
    const rows = withinBudget(id, () =>
      PLATFORMS.map((platform) => {
        const facts = factsOfEntity(platform.entity);
        const subject = new Subject(facts, filters);
        return { platform, resolution: resolveAsset(asset, { facts, subject }, rule, budget) };
      }),
    );
    return withValue(found, { etag: stored.etag, rows });
  }
}

/** Does work for a machine by the budget of one request. */
function withinMachine<T>(
  id: AssetId,
  { facts }: NamedFacts,
  work: (machine: { readonly facts: Facts; readonly subject: Subject }, budget: Budget) => T,
): T {
  const budget = new Budget();
  const subject = new Subject(facts, new FilterReader(budget));
  return withinBudget(id, () => work({ facts, subject }, budget));
}

function assetOf({ definition }: StoredAsset): Asset {
  return decodeAsset(JSON.parse(definition));
}

/** A matrix has no headers, so their tokens need not be replaced for each platform. */
function withoutHeaders(asset: Asset): Asset {
  const builds = (asset.builds ?? []).map((build) => Object.assign({}, build, { headers: {} }));
  return { ...asset, headers: {}, builds };
}

function withinBudget<T>({ name }: AssetId, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof BudgetExhausted) throw invalid(`${name} cannot be resolved: ${error.message}`);
    throw error;
  }
}

/** The cache key of a resolution; `cacheKey` keeps its parts apart, so different questions never share one. */
function resolutionKey(id: AssetId, { etag }: StoredAsset, rule: Rule, facts: NamedFacts): string {
  return cacheKey(id.key, etag, rule, ...facts.key);
}

function resolutionBytes(resolution: Resolution): number {
  if (resolution.outcome === "none") return bytesOf(resolution.reasons);
  const { url, sha512, headers, unresolved } = resolution.resolved;
  return (
    bytesOf([url, sha512, ...Object.entries(headers ?? {}).flat()]) +
    bytesOf(unresolved.flatMap(({ where, token }) => [where, token])) +
    ENTRY_BYTES * unresolved.length
  );
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + textBytes(text), 0);
}
