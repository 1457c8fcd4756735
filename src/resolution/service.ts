import { decodeAsset } from "../assets/decode.ts";
import { entityTag } from "../assets/etag.ts";
import type { AssetService } from "../assets/service.ts";
import type { Asset } from "../assets/schema.ts";
import { Memory, type Kept, type MemoryLimits } from "../cache/memory.ts";
import type { AssetId } from "../identity/names.ts";
import type { Rule } from "../resolve/choose.ts";
import type { Reading } from "../store/reading.ts";
import type { Facts } from "./facts.ts";
import { resolveAsset, type Resolution } from "./resolve.ts";

/** A resolution with the tag of what it was made from: the asset, the facts and the rule. */
export interface TaggedResolution {
  readonly resolution: Resolution;
  readonly assetTag: string;
  readonly etag: string;
}

/** The JSON of a resolution and its tag, ready to be sent. */
export interface Answer {
  readonly body: string;
  readonly etag: string;
}

/** What an answer to a query for a version of an asset is remembered by. */
export function answerKey(assetTag: string, search: string): string {
  return assetTag + search;
}

const MIB = 1024 * 1024;
/** Resolutions an isolate remembers, as made and as sent; a fleet has few kinds of machine. */
const MADE: MemoryLimits = { entries: 5_000, bytes: 8 * MIB };
const SENT: MemoryLimits = { entries: 5_000, bytes: 4 * MIB };

/** Resolves assets for machines. A resolution depends on the asset's version and the facts alone, so it is remembered. */
export class ResolveService {
  readonly #assets: AssetService;
  readonly #known = new Memory<TaggedResolution>(MADE);
  readonly #answers = new Memory<Answer>(SENT);

  constructor(assets: AssetService) {
    this.#assets = assets;
  }

  async asset(id: AssetId, reading: Reading): Promise<{ asset: Asset; etag: string }> {
    const { definition, etag } = await this.#assets.get(id, reading);
    return { asset: decodeAsset(JSON.parse(definition)), etag };
  }

  /** The answer to a query for this version of an asset, by `answerKey`, if it was given before; for the hot path. */
  peek(key: string): Kept<Answer> | undefined {
    return this.#answers.get(key);
  }

  /** The answer that somebody holds on to; undefined once it has been forgotten. */
  use(kept: Kept<Answer>): Answer | undefined {
    return this.#answers.use(kept);
  }

  remember(assetTag: string, search: string, answer: Answer): void {
    const key = answerKey(assetTag, search);
    this.#answers.set(key, answer, key.length + answer.body.length);
  }

  /** `factsKey` names the facts. */
  async resolve(
    id: AssetId,
    rule: Rule,
    factsKey: string,
    facts: Facts,
    reading: Reading,
  ): Promise<TaggedResolution> {
    const { definition, etag: assetTag } = await this.#assets.get(id, reading);
    const key = `${assetTag} ${rule} ${factsKey}`;
    const known = this.#known.get(key)?.value;
    if (known !== undefined) return known;
    const resolution = resolveAsset(decodeAsset(JSON.parse(definition)), facts, rule);
    const made = { resolution, assetTag, etag: await entityTag(key) };
    this.#known.set(key, made, key.length + definition.length);
    return made;
  }
}
