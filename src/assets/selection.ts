import { invalid } from "../errors.ts";
import type { Meter } from "../lib/meter.ts";
import type { StoredAsset } from "../store/asset-store.ts";
import { filterExpressions } from "./filters.ts";
import type { Asset, Metadata } from "./schema.ts";
import { matches, parseSelector, type Fields, type Operation } from "./selectors.ts";

/** Steps of one list, about a tenth of a second's work: past them its page ends. */
export const LIST_STEPS = 50_000_000;
/** Steps of one list that nothing exceeds: what a page's last asset may take on top is bounded as well. */
const MOST_STEPS = 2 * LIST_STEPS;
/** What a character weighs that is parsed as JSON, and one that is only searched. */
const PARSE_WEIGHT = 12;
const SEARCH_WEIGHT = 1;

/**
 * What `labelSelector` and `fieldSelector` ask of an asset; null when they ask nothing (contract §3.4). What it takes is
 * drawn from the meter. Throws a 400 when one asset takes more than a request has.
 */
export function readSelection(
  query: URLSearchParams,
  meter: Meter,
): ((asset: StoredAsset) => boolean) | null {
  const labels = readSelector(query, "labelSelector");
  const fields = readSelector(query, "fieldSelector");
  if (labels.length === 0 && fields.length === 0) return null;
  const spend = (steps: number) => {
    meter.spend(steps);
    if (meter.spent > MOST_STEPS) {
      throw invalid(
        `the selectors look at more than ${MOST_STEPS} characters, the budget of one request; use fewer operations`,
      );
    }
  };
  const looksAtFilters = fields.some(({ key, values }) => [key, ...values].includes(FILTERS));
  return ({ definition }) => {
    const asset = looksAtFilters ? readAll(definition, spend) : readMetadata(definition, spend);
    return matches(labels, labelsOf(asset), spend) && matches(fields, fieldsOf(asset), spend);
  };
}

/** What selectors look at. */
type Selectable = Pick<Asset, "metadata" | "filters">;

/** As it was encoded here: no need to decode it as if a client had sent it. */
function readAll(definition: string, spend: (steps: number) => void): Selectable {
  spend(PARSE_WEIGHT * definition.length);
  return JSON.parse(definition);
}

const METADATA = '"metadata":';
const AFTER_METADATA = ',"headers":';

/**
 * The metadata alone of a definition as `encodeAsset` writes it, or all of one written otherwise. Within a string a
 * quote has a backslash before it, and no map holds an object, so these marks stand nowhere else.
 */
function readMetadata(definition: string, spend: (steps: number) => void): Selectable {
  spend(SEARCH_WEIGHT * definition.length);
  const start = definition.indexOf(`${METADATA}{`);
  const end = start === -1 ? -1 : definition.indexOf(`}${AFTER_METADATA}`, start);
  if (end === -1) return readAll(definition, spend);
  const text = definition.slice(start + METADATA.length, end + 1);
  spend(PARSE_WEIGHT * text.length);
  const metadata: Metadata = JSON.parse(text);
  return { metadata };
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

function labelsOf({ metadata }: Selectable): Fields {
  return metadata?.labels ?? {};
}

const LABEL = "asset.labels.";
const FILTERS = "asset.filters";

/** `asset.name`, `asset.namespace`, `asset.filters` (joined by commas), `asset.labels.<key>`. */
function fieldsOf({ metadata, filters }: Selectable): Fields {
  const labels = metadata?.labels ?? {};
  let joined: string | undefined;
  return (key) => {
    switch (key) {
      case "asset.name":
        return metadata?.name ?? "";
      case "asset.namespace":
        return metadata?.namespace ?? "";
      case FILTERS:
        return (joined ??= filterExpressions(filters ?? undefined).join(","));
      default: {
        const label = key.startsWith(LABEL) ? key.slice(LABEL.length) : null;
        return label !== null && Object.hasOwn(labels, label) ? labels[label] : undefined;
      }
    }
  };
}
