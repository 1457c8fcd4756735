import { invalid } from "../errors.ts";
import { Asset, ASSET_MEMBERS, BUILD_MEMBERS, METADATA_MEMBERS } from "./schema.ts";
import { shapeError } from "./shape-error.ts";

type Json = Record<string, unknown>;

/** Reads a body, bare or wrapped, into an asset; a wrong type is 400 with Go's text (V8-V20). */
export function decodeAsset(body: unknown): Asset {
  const folded = foldAsset(unwrap(body));
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
      `a wrapped resource must be type Asset, api_version core/v2; this is ${type}, ${String(version)}`,
    );
  }
  if (metadata !== undefined && !isObject(metadata)) return { ...spec, metadata };
  const inner = isObject(spec["metadata"]) ? spec["metadata"] : {};
  return { ...spec, metadata: { ...inner, ...metadata } };
}

/**
 * What Go's decoder does before types matter: member names match in any letter case, the last one wins, unknown
 * members vanish, null is the zero value (contract §1.4).
 */
function foldAsset(raw: unknown): unknown {
  return foldMembers(raw, ASSET_MEMBERS, {
    filters: foldValues,
    builds: (builds) => (Array.isArray(builds) ? builds.map(foldBuild) : builds),
    metadata: (metadata) =>
      foldMembers(metadata, METADATA_MEMBERS, { labels: foldValues, annotations: foldValues }),
    headers: foldValues,
  });
}

function foldBuild(raw: unknown): unknown {
  return foldMembers(raw, BUILD_MEMBERS, { filters: foldValues, headers: foldValues });
}

function foldMembers(
  raw: unknown,
  members: readonly string[],
  inside: Record<string, (v: unknown) => unknown>,
): unknown {
  if (!isObject(raw)) return raw;
  const folded: Json = {};
  for (const [key, value] of Object.entries(raw)) {
    const member = members.includes(key) ? key : members.find((name) => name === key.toLowerCase());
    if (member === undefined || value === null) continue;
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

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
