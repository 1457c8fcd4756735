import { invalid } from "../errors.ts";
import { goDecode, goKind } from "../go-json/decode.ts";
import { isObject } from "../lib/json.ts";
import type { Json } from "./merge-patch.ts";
import { Asset } from "./schema.ts";

/** Reads a body, bare or wrapped, into an asset; null is an empty one; a wrong type is 400 with Go's text (V8-V20). */
export function decodeAsset(body: unknown): Asset {
  return body === null ? {} : goDecode(Asset, unwrap(body));
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
  goDecode(Asset, body);
  const patch: Record<string, Json> = JSON.parse(JSON.stringify(Asset.fold(body)));
  return patch;
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
