import { invalid } from "../errors.ts";
import { Asset, ASSET_MEMBERS, BUILD_MEMBERS, METADATA_MEMBERS } from "./schema.ts";
import type { Json } from "./merge-patch.ts";
import { goKind, shapeError } from "./shape-error.ts";

/** Reads a body, bare or wrapped, into an asset; a wrong type is 400 with Go's text (V8-V20). */
export function decodeAsset(body: unknown): Asset {
  return parseShape(foldAsset(unwrap(body), "dropped"));
}

/**
 * Reads a merge patch: the asset's members under Sensu's names, nulls kept, since they take members away. A wrong
 * type anywhere is refused before anything is looked up (contract §2.10 step 4).
 */
export function decodePatch(body: unknown): Record<string, Json> {
  if (body === null) throw invalid("Invalid JSON Patch");
  if (!isObject(body)) {
    throw invalid(`json: cannot unmarshal ${goKind(body)} into Go value of type handlers.body`);
  }
  parseShape(foldAsset(body, "dropped"));
  const patch = foldAsset(body, "kept");
  return isObject(patch) ? patch : {};
}

function parseShape(folded: unknown): Asset {
  const parsed = Asset.safeParse(folded ?? {});
  if (!parsed.success) throw invalid(shapeError(parsed.error.issues, folded));
  return parsed.data;
}

/** Takes the asset out of `{type, api_version, metadata, spec}`, the form of `sensuctl dump` and of 7.x clients. */
function unwrap(body: unknown): unknown {
  if (!isObject(body) || !isObject(body["spec"]) || typeof body["type"] !== "string") return body;
  const { type, api_version: version = "core/v2", metadata, spec } = body;
  if (type !== "Asset" || version !== "core/v2") {
    throw invalid(
      `a wrapped resource must be type Asset, api_version core/v2; this is ${JSON.stringify(type)}, ${JSON.stringify(version)}`,
    );
  }
  if (metadata !== undefined && !isObject(metadata)) return { ...spec, metadata };
  const inner = isObject(spec["metadata"]) ? spec["metadata"] : {};
  return { ...spec, metadata: { ...inner, ...metadata } };
}

/**
 * What Go's decoder does before types matter: member names match in any letter case, the last one wins, unknown
 * members vanish, null is the zero value (contract §1.4), which a patch has to see.
 */
function foldAsset(raw: unknown, nulls: Nulls): unknown {
  const values: Fold = (value) => (nulls === "kept" ? value : foldValues(value));
  const build: Fold = (value) =>
    foldMembers(value, BUILD_MEMBERS, { filters: foldValues, headers: foldValues }, "dropped");
  const inMetadata = { labels: values, annotations: values };
  return foldMembers(
    raw,
    ASSET_MEMBERS,
    {
      filters: values,
      builds: (builds) => (Array.isArray(builds) ? builds.map(build) : builds),
      metadata: (metadata) => foldMembers(metadata, METADATA_MEMBERS, inMetadata, nulls),
      headers: values,
    },
    nulls,
  );
}

type Nulls = "dropped" | "kept";
type Fold = (value: unknown) => unknown;

function foldMembers(
  raw: unknown,
  members: readonly string[],
  inside: Record<string, Fold>,
  nulls: Nulls,
): unknown {
  if (!isObject(raw)) return raw;
  const folded: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    const member = members.includes(key) ? key : members.find((name) => name === key.toLowerCase());
    if (member === undefined || (value === null && nulls === "dropped")) continue;
    folded[member] = inside[member]?.(value) ?? value;
  }
  return folded;
}

/** In a list or map of strings, null is the empty string. */
function foldValues(raw: unknown): unknown {
  if (Array.isArray(raw)) return raw.map((value: unknown) => value ?? "");
  if (!isObject(raw)) return raw;
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, value ?? ""]));
}

function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
