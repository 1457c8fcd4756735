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

/** Checks an asset against its place and Sensu's rules, and encodes what will be served (contract §1.5, §2.7, §2.8). */
export async function prepareWrite(
  place: Place,
  asset: Asset,
  createdBy: string,
  filters: FilterReader,
): Promise<AssetWrite> {
  const { namespace = place.namespace, name = place.name ?? "" } = asset.metadata ?? {};
  if (namespace !== place.namespace) {
    throw invalid(
      `the namespace of the resource (${namespace}) does not match the namespace of the URI (${place.namespace})`,
    );
  }
  if (place.name !== null && name !== place.name) {
    throw invalid(`the name of the resource (${name}) does not match the name of the URI (${place.name})`);
  }
  const whole = { ...asset, metadata: { ...asset.metadata, namespace, name, created_by: createdBy } };
  const problem = problemOf(whole, filters);
  if (problem !== null) throw invalid(`resource is invalid: ${problem}`);
  return encodeWrite(place.namespace, checkedName(name), whole);
}

/** The same for what a patch made of an asset: it stays where it is, and Sensu's text has no prefix (contract §2.10). */
export async function preparePatched(
  { namespace, name }: AssetId,
  merged: Asset,
  createdBy: string,
  filters: FilterReader,
): Promise<AssetWrite> {
  const whole = { ...merged, metadata: { ...merged.metadata, namespace, name, created_by: createdBy } };
  const problem = problemOf(whole, filters);
  if (problem !== null) throw invalid(problem);
  return encodeWrite(namespace, name, whole);
}

function problemOf(asset: Asset, filters: FilterReader): string | null {
  try {
    return assetProblem(asset, filters);
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    return `${error.message}; send fewer assets at once, or fewer or simpler filters`;
  }
}

/** Encodes what will be served of an asset that was checked before, as somebody writes it. */
export async function encodeChecked(
  { namespace, name }: Pick<AssetId, "namespace" | "name">,
  asset: Asset,
  createdBy: string,
): Promise<AssetWrite> {
  const metadata = { ...asset.metadata, namespace, name, created_by: createdBy };
  return encodeWrite(namespace, name, { ...asset, metadata });
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
