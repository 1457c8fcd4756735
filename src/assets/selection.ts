import { invalid } from "../errors.ts";
import type { StoredAsset } from "../store/asset-store.ts";
import { filterExpressions } from "./filters.ts";
import type { Asset } from "./schema.ts";
import { matches, parseSelector, type Fields, type Operation } from "./selectors.ts";

/** Characters that the operations of one request look at, in all assets together: a tenth of a second's work. */
const SELECTION_CHARACTERS = 100_000_000;

/**
 * What `labelSelector` and `fieldSelector` ask of an asset; null when they ask nothing (contract §3.4). Throws a 400 when
 * that takes more than one request may.
 */
export function readSelection(query: URLSearchParams): ((asset: StoredAsset) => boolean) | null {
  const labels = readSelector(query, "labelSelector");
  const fields = readSelector(query, "fieldSelector");
  if (labels.length === 0 && fields.length === 0) return null;
  let left = SELECTION_CHARACTERS;
  const spend = (characters: number) => {
    left -= characters;
    if (left < 0) {
      throw invalid(
        `the selectors look at more than ${SELECTION_CHARACTERS} characters, the budget of one request; use fewer operations`,
      );
    }
  };
  return ({ definition }) => {
    // As it was encoded here: no need to decode it as if a client had sent it.
    const asset: Asset = JSON.parse(definition);
    return matches(labels, labelsOf(asset), spend) && matches(fields, fieldsOf(asset), spend);
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

function labelsOf({ metadata }: Asset): Fields {
  return metadata?.labels ?? {};
}

const LABEL = "asset.labels.";

/** `asset.name`, `asset.namespace`, `asset.filters` (joined by commas), `asset.labels.<key>`. */
function fieldsOf({ metadata, filters }: Asset): Fields {
  const labels = metadata?.labels ?? {};
  let joined: string | undefined;
  return (key) => {
    switch (key) {
      case "asset.name":
        return metadata?.name ?? "";
      case "asset.namespace":
        return metadata?.namespace ?? "";
      case "asset.filters":
        return (joined ??= filterExpressions(filters ?? undefined).join(","));
      default: {
        const label = key.startsWith(LABEL) ? key.slice(LABEL.length) : null;
        return label !== null && Object.hasOwn(labels, label) ? labels[label] : undefined;
      }
    }
  };
}
