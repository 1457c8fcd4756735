import { invalid } from "../errors.ts";
import type { Meter } from "../lib/meter.ts";
import type { StoredAsset } from "../store/asset-store.ts";
import { filterExpressions } from "../definitions/filters.ts";
import { labelsIn } from "./labels-in.ts";
import type { Asset } from "../definitions/schema.ts";
import { matches, parseSelector, type Operation } from "./selectors.ts";

/** Steps of one list, about a tenth of a second's work: past them its page ends. */
export const LIST_STEPS = 50_000_000;
/** Steps of one list that nothing exceeds: what a page's last asset may take on top is bounded as well. */
const MOST_STEPS = 2 * LIST_STEPS;
/** What a character weighs that is parsed as JSON, and on top each member of an object, which may have very many. */
const PARSE_WEIGHT = 12;
const MEMBER_WEIGHT = 500;

const LABEL = "asset.labels.";
const FILTERS = "asset.filters";

/** The selectors of a request, each as often as it was sent. */
export interface Selectors {
  readonly labelSelector: readonly string[];
  readonly fieldSelector: readonly string[];
}

/** Whether an asset is selected. */
export type Selects = (asset: Pick<StoredAsset, "namespace" | "name" | "definition">) => boolean;

/**
 * What `labelSelector` and `fieldSelector` ask of an asset; null when they ask nothing (contract §3.4). What it takes is
 * drawn from the meter. Throws a 400 when one asset takes more than a request has.
 */
export function readSelection({ labelSelector, fieldSelector }: Selectors, meter: Meter): Selects | null {
  const labels = readSelector(labelSelector);
  const fields = readSelector(fieldSelector);
  if (labels.length === 0 && fields.length === 0) return null;
  const spend = (steps: number) => {
    meter.spend(steps);
    if (meter.spent > MOST_STEPS) {
      throw invalid(
        `the selectors look at more than ${MOST_STEPS} characters, the budget of one request; use fewer operations`,
      );
    }
  };
  const wanted = new Set([
    ...labels.flatMap(textsOf),
    ...fields.flatMap(textsOf).flatMap((key) => labelOf(key) ?? []),
  ]);
  const looksAtFilters = fields.flatMap(textsOf).includes(FILTERS);
  return ({ namespace, name, definition }) => {
    const found = labelsIn(definition, wanted, spend);
    if (!matches(labels, found, spend)) return false;
    const expressions = looksAtFilters ? filtersIn(definition, spend) : "";
    const own = new Map([
      ["asset.name", name],
      ["asset.namespace", namespace],
      [FILTERS, expressions],
    ]);
    const fieldOf = (key: string) => {
      const label = labelOf(key);
      return label === null ? own.get(key) : found.get(label);
    };
    return matches(fields, fieldOf, spend);
  };
}

/** What an operation may take for the key of a field. */
function textsOf({ key, values }: Operation): readonly string[] {
  return [key, ...values];
}

/** The key of the label that a field is; null for any other field. */
function labelOf(field: string): string | null {
  return field.startsWith(LABEL) ? field.slice(LABEL.length) : null;
}

/** `asset.filters`: joined by commas. */
function filtersIn(definition: string, spend: (steps: number) => void): string {
  const members = definition.split('":"').length;
  const steps = PARSE_WEIGHT * definition.length + MEMBER_WEIGHT * members;
  // One asset alone ends the page, and is not refused.
  spend(Math.min(steps, LIST_STEPS / 2));
  // As it was encoded here: no need to decode it as if a client had sent it.
  const { filters }: Asset = JSON.parse(definition);
  return filterExpressions(filters ?? undefined).join(",");
}

/** A repeated parameter is joined with &&. */
function readSelector(texts: readonly string[]): readonly Operation[] {
  const parsed = parseSelector(texts.filter((text) => text.trim() !== "").join(" && "));
  if ("error" in parsed) throw invalid(parsed.error);
  return parsed.operations;
}
