import { quoteJson, sortedEntries } from "../go-json/json.ts";
import { jsonObject, type JsonMember } from "../lib/json-object.ts";
import { filterExpressions } from "./filters.ts";
import type { Asset, Build, Filters, Metadata } from "./schema.ts";

/** As it was written, or with map filters turned into expressions for clients that cannot decode a map. */
export type FilterForm = "as-written" | "expressions";

/** The bytes Sensu writes for this asset: member order, nulls and omissions of contract §1.1-1.4. */
export function encodeAsset(asset: Asset, form: FilterForm): string {
  const builds = (asset.builds ?? []).map((build) => encodeBuild(build, form));
  return object([
    text("url", asset.url),
    text("sha512", asset.sha512),
    ["filters", encodeFilters(asset.filters, form)],
    ["builds", builds.length === 0 ? "null" : `[${builds.join(",")}]`],
    ["metadata", encodeMetadata(asset.metadata ?? {})],
    ["headers", textMap(asset.headers) ?? "null"],
  ]);
}

/** Whether the two forms of this asset differ. */
export function hasMapFilters(asset: Asset): boolean {
  return [asset, ...(asset.builds ?? [])].some(({ filters }) => isFilledMap(filters));
}

type Member = JsonMember | null;

function encodeBuild(build: Build, form: FilterForm): string {
  return object([
    text("url", build.url),
    text("sha512", build.sha512),
    ["filters", encodeFilters(build.filters, form)],
    ["headers", textMap(build.headers) ?? "null"],
  ]);
}

function encodeMetadata(metadata: Metadata): string {
  const labels = textMap(metadata.labels);
  const annotations = textMap(metadata.annotations);
  return object([
    text("name", metadata.name),
    text("namespace", metadata.namespace),
    labels === null ? null : ["labels", labels],
    annotations === null ? null : ["annotations", annotations],
    text("created_by", metadata.created_by),
  ]);
}

function encodeFilters(filters: Filters | undefined, form: FilterForm): string {
  if (isFilledMap(filters) && form === "as-written") return textMap(filters) ?? "null";
  const expressions = filterExpressions(filters);
  return expressions.length === 0 ? "null" : `[${expressions.map(quoteJson).join(",")}]`;
}

function isFilledMap(filters: Filters | undefined): filters is Record<string, string> {
  return filters !== undefined && !Array.isArray(filters) && Object.keys(filters).length > 0;
}

function object(members: readonly Member[]): string {
  return jsonObject(members.filter((member) => member !== null));
}

/** Go's omitempty: an empty string is no member. */
function text(name: string, value: string | undefined): Member {
  return value === undefined || value === "" ? null : [name, quoteJson(value)];
}

/** A map with its keys in byte order; null when there is nothing in it. */
function textMap(map: Record<string, string> | undefined): string | null {
  const entries = sortedEntries(map ?? {});
  if (entries.length === 0) return null;
  return `{${entries.map(([key, value]) => `${quoteJson(key)}:${quoteJson(value)}`).join(",")}}`;
}
