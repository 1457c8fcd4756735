import { invalid } from "../errors.ts";
import type { StoredAsset } from "../store/asset-store.ts";
import { decodeAsset } from "./decode.ts";
import { filterExpressions } from "./filters.ts";
import type { Asset } from "./schema.ts";
import { matches, parseSelector, type Operation } from "./selectors.ts";

/** What `labelSelector` and `fieldSelector` ask of an asset; null when they ask nothing (contract §3.4). */
export function readSelection(query: URLSearchParams): ((asset: StoredAsset) => boolean) | null {
  const labels = readSelector(query, "labelSelector");
  const fields = readSelector(query, "fieldSelector");
  if (labels.length === 0 && fields.length === 0) return null;
  return ({ definition }) => {
    const asset = decodeAsset(JSON.parse(definition));
    return matches(labels, labelsOf(asset)) && matches(fields, fieldsOf(asset));
  };
}

/** A repeated parameter is joined with &&. */
function readSelector(query: URLSearchParams, parameter: string): readonly Operation[] {
  const parsed = parseSelector(
    query
      .getAll(parameter)
      .filter((text) => text.trim() !== "")
      .join(" && "),
  );
  if ("error" in parsed) throw invalid(parsed.error);
  return parsed.operations;
}

function labelsOf({ metadata }: Asset): Map<string, string> {
  return new Map(Object.entries(metadata?.labels ?? {}));
}

/** `asset.name`, `asset.namespace`, `asset.filters` (joined by commas), `asset.labels.<key>`. */
function fieldsOf(asset: Asset): Map<string, string> {
  const fields = new Map([
    ["asset.name", asset.metadata?.name ?? ""],
    ["asset.namespace", asset.metadata?.namespace ?? ""],
    ["asset.filters", filterExpressions(asset.filters).join(",")],
  ]);
  for (const [key, value] of labelsOf(asset)) fields.set(`asset.labels.${key}`, value);
  return fields;
}
