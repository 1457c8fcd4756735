import { assetNameProblem } from "../identity/names.ts";
import type { FilterReader } from "../es5/filter-reader.ts";
import { MAX_EXPRESSION_LENGTH } from "../es5/syntax.ts";
import { badFilterKey, filterExpressions } from "./filters.ts";
import type { Asset, Build, Filters, Metadata } from "./schema.ts";

/** Bounds of one definition (design: limits). Characters, except where a name says bytes. */
const LABEL_BYTES = 64 * 1024;
/** Labels and annotations together; each costs some work, however short. */
const LABELS = 2_000;
const BUILDS = 100;
const FILTERS = 50;
const HEADERS = 100;

const SHA512 = /^[0-9a-f]{128}$/i;
const HTTP_URL = /^https?:\/\//i;

/**
 * Why Sensu would refuse this asset, in its own order and words (contract §1.5); null when it is valid. Throws
 * BudgetExhausted when the filters take more to read than the request may spend.
 */
export function assetProblem(asset: Asset, filters: FilterReader): string | null {
  const builds = asset.builds ?? [];
  return (
    assetNameProblem(asset.metadata?.name ?? "") ??
    metadataProblem(asset.metadata ?? {}) ??
    (builds.length > BUILDS
      ? `an asset cannot have more than ${BUILDS} builds; this has ${builds.length}`
      : null) ??
    boundsProblem(asset) ??
    first(builds, boundsProblem) ??
    first(builds.length === 0 ? [asset] : builds, (build) => archiveProblem(build, filters))
  );
}

function metadataProblem({ labels = {}, annotations = {} }: Metadata): string | null {
  const entries = [...Object.entries(labels), ...Object.entries(annotations)];
  if (entries.length > LABELS) {
    return `an asset cannot have more than ${LABELS} labels and annotations together; this has ${entries.length}`;
  }
  const bytes = new TextEncoder().encode(entries.flat().join("")).byteLength;
  return bytes > LABEL_BYTES
    ? `labels and annotations cannot be larger than ${LABEL_BYTES} bytes together; these are ${bytes}`
    : null;
}

/** Top-level members are checked as a build is, but only where there are no builds. */
function archiveProblem({ url = "", sha512 = "", filters }: Build, reader: FilterReader): string | null {
  if (sha512 === "") return "SHA-512 checksum cannot be empty";
  if (new TextEncoder().encode(sha512).byteLength < 128) {
    return "SHA-512 checksum must be at least 128 characters";
  }
  if (!SHA512.test(sha512)) return "SHA-512 checksum must be exactly 128 hexadecimal digits";
  if (url === "") return "URL cannot be empty";
  if (!HTTP_URL.test(url) && !holdsToken(url)) return "URL must be HTTP or HTTPS";
  return first(filterExpressions(filters), (expression, index) => {
    const read = reader.read(expression);
    return "error" in read ? `syntax error in expression ${index}: ${read.error.message}` : null;
  });
}

/** Whether a text holds a `{{ token }}`. Only the first opening matters: what closes a later one closes that too. */
function holdsToken(text: string): boolean {
  const open = text.indexOf("{{");
  return open >= 0 && text.includes("}}", open + 2);
}

/** Bounds hold for all headers and filters that are stored, also for those that Sensu does not look at. */
function boundsProblem({ headers = {}, filters }: Build): string | null {
  const count = Object.keys(headers).length;
  return count > HEADERS
    ? `a build cannot have more than ${HEADERS} headers; this has ${count}`
    : filtersProblem(filters);
}

function filtersProblem(filters: Filters | undefined): string | null {
  const key = badFilterKey(filters);
  if (key !== null)
    return `the filter key ${key} is not the path of an entity attribute, such as entity.system.os`;
  const expressions = filterExpressions(filters);
  if (expressions.length > FILTERS) {
    return `a build cannot have more than ${FILTERS} filters; this has ${expressions.length}`;
  }
  return first(expressions, (expression, index) =>
    expression.length > MAX_EXPRESSION_LENGTH
      ? `filter ${index} is longer than ${MAX_EXPRESSION_LENGTH} characters`
      : null,
  );
}

function first<T>(items: readonly T[], problem: (item: T, index: number) => string | null): string | null {
  for (const [index, item] of items.entries()) {
    const found = problem(item, index);
    if (found !== null) return found;
  }
  return null;
}
