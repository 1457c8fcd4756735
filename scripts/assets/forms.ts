// A definition as it is sent, and as two of them are compared.
import type { Json } from "../../src/definitions/merge-patch.ts";
import type { Asset } from "../../src/definitions/schema.ts";
import { differenceLines } from "../../src/history/difference.ts";
import { isObject } from "../../src/lib/json.ts";

/** The label that says who manages an asset. */
export const MANAGED_BY = "edge.assets/managed-by";

export interface Form {
  /** The definition as it is sent. */
  readonly json: string;
  readonly asset: Asset;
}

/** What is written into every definition. */
interface Placing {
  readonly namespace: string;
  readonly managedBy: string | undefined;
}

const METADATA = new Set(["name", "namespace", "labels", "annotations", "created_by"]);

/** Puts a definition in its namespace; members that an asset does not have stay, for the server to name. */
export function inPlace(value: unknown, decoded: Asset, { namespace, managedBy }: Placing): Form {
  const labels =
    managedBy === undefined ? {} : { labels: { ...decoded.metadata?.labels, [MANAGED_BY]: managedBy } };
  const asset: Asset = { ...decoded, metadata: { ...decoded.metadata, namespace, ...labels } };
  if (!isObject(value)) return { json: JSON.stringify(asset), asset };
  const members = Object.entries(value).filter(([name]) => name.toLowerCase() !== "metadata");
  const given = Object.entries(value).find(([name]) => name.toLowerCase() === "metadata")?.[1];
  const unknown = isObject(given)
    ? Object.entries(given).filter(([name]) => !METADATA.has(name.toLowerCase()))
    : [];
  const placed = {
    ...Object.fromEntries(members),
    ...(isObject(value["spec"]) ? { type: "Asset" } : {}),
    metadata: { ...Object.fromEntries(unknown), ...asset.metadata },
  };
  return { json: JSON.stringify(placed), asset };
}

/** Equal for definitions that make the same asset: without nulls, order of members, and who wrote it. */
export function comparable({ asset }: Form): string {
  return JSON.stringify(normal(asset));
}

/** How one definition differs from another, a line for each value. */
export function differences(from: Form, to: Form): string[] {
  return differenceLines(normal(from.asset), normal(to.asset));
}

function normal(asset: Asset): Json {
  const { created_by: _, ...metadata } = asset.metadata ?? {};
  return sorted(JSON.parse(JSON.stringify({ ...asset, metadata })) as Json);
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && !isEmpty(member));
  return Object.fromEntries(
    members.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  );
}

/** Go writes an empty list or map as it writes none. */
function isEmpty(value: Json): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
