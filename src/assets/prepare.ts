import { ApiError, invalid } from "../errors.ts";
import {
  assetNameProblem,
  parseAssetName,
  type AssetId,
  type AssetName,
  type Namespace,
} from "../identity/names.ts";
import { BudgetExhausted } from "../es5/budget.ts";
import type { FilterReader } from "../es5/filter-reader.ts";
import { utf8Bytes } from "../lib/text-bytes.ts";
import { STORED_BYTES, type AssetWrite, type Representation } from "../store/asset-store.ts";
import { encodeAsset, hasMapFilters } from "../definitions/encode.ts";
import { entityTag } from "../lib/entity-tag.ts";
import type { Asset } from "../definitions/schema.ts";
import { assetProblem } from "../definitions/validate.ts";

/** Where an asset is to be written: what the URL says. POST names no asset. */
export interface Place {
  readonly namespace: Namespace;
  readonly name: string | null;
}

/** An asset that was checked against Sensu's rules. The writer is part of what is stored, so it is encoded once for each writer. */
export class CheckedAsset {
  readonly namespace: Namespace;
  readonly name: AssetName;
  readonly asset: Asset;
  #last: { readonly writer: string; readonly write: Promise<AssetWrite> } | null = null;

  /** Takes an asset that was checked before, such as that of a stored plan. */
  constructor({ namespace, name }: Pick<AssetId, "namespace" | "name">, asset: Asset) {
    this.namespace = namespace;
    this.name = name;
    this.asset = asset;
  }

  /** What is stored when `writer` writes it. Throws `tooLarge`. */
  write(writer: string): Promise<AssetWrite> {
    if (this.#last?.writer === writer) return this.#last.write;
    const { namespace, name, asset } = this;
    const metadata = { ...asset.metadata, namespace, name, created_by: writer };
    const write = encodeWrite(namespace, name, { ...asset, metadata });
    this.#last = { writer, write };
    return write;
  }
}

/** Checks an asset against its place and Sensu's rules (contract §1.5, §2.7, §2.8). */
export function checkAsset(place: Place, asset: Asset, filters: FilterReader): CheckedAsset {
  const { namespace = place.namespace, name = place.name ?? "" } = asset.metadata ?? {};
  if (namespace !== place.namespace) {
    throw invalid(
      `the namespace of the resource (${namespace}) does not match the namespace of the URI (${place.namespace})`,
    );
  }
  if (place.name !== null && name !== place.name) {
    throw invalid(`the name of the resource (${name}) does not match the name of the URI (${place.name})`);
  }
  const problem = problemOf({ ...asset, metadata: { ...asset.metadata, namespace, name } }, filters);
  if (problem !== null) throw invalid(`resource is invalid: ${problem}`);
  return new CheckedAsset({ namespace: place.namespace, name: checkedName(name) }, asset);
}

/** The same for what a patch made of an asset: it stays where it is, and Sensu's text has no prefix (contract §2.10). */
export function checkPatched(
  { namespace, name }: AssetId,
  merged: Asset,
  filters: FilterReader,
): CheckedAsset {
  const problem = problemOf({ ...merged, metadata: { ...merged.metadata, namespace, name } }, filters);
  if (problem !== null) throw invalid(problem);
  return new CheckedAsset({ namespace, name }, merged);
}

function problemOf(asset: Asset, filters: FilterReader): string | null {
  try {
    return assetProblem(asset, filters);
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    return `${error.message}; send fewer assets at once, or fewer or simpler filters`;
  }
}

async function encodeWrite(namespace: Namespace, name: AssetName, asset: Asset): Promise<AssetWrite> {
  const asWritten = encodeAsset(asset, "as-written");
  const asExpressions = hasMapFilters(asset) ? encodeAsset(asset, "expressions") : null;
  refuseTooLarge(utf8Bytes(asWritten) + utf8Bytes(asExpressions ?? ""));
  const expressions = asExpressions === null ? null : await representation(asExpressions);
  return { namespace, name, ...(await representation(asWritten)), expressions };
}

async function representation(definition: string): Promise<Representation> {
  return { etag: await entityTag(definition), definition };
}

/** Escapes make some texts six times as long, and map filters are stored in both forms. */
function refuseTooLarge(bytes: number): void {
  if (bytes <= STORED_BYTES) return;
  throw new ApiError(
    "tooLarge",
    `the asset is too large: it would be stored as ${bytes} bytes, and the limit is ${STORED_BYTES}`,
  );
}

/** Bytes of all forms of an asset, as they are stored. */
export function storedBytes({ definition, expressions }: AssetWrite): number {
  return utf8Bytes(definition) + utf8Bytes(expressions?.definition ?? "");
}

function checkedName(name: string): AssetName {
  const checked = parseAssetName(name);
  if (checked === null) throw invalid(`resource is invalid: ${assetNameProblem(name)}`);
  return checked;
}
