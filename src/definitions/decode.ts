import { invalid } from "../errors.ts";
import { goDecode, goKind } from "../go-json/decode.ts";
import { isObject } from "../lib/json.ts";
import type { Json } from "./merge-patch.ts";
import { Asset } from "./schema.ts";
import { isWrapperMember, UnknownMembers, type UnknownMember } from "./unknown-members.ts";

/** An asset as a client wrote it, with the first of the members that it does not have. */
export interface WrittenAsset {
  readonly asset: Asset;
  readonly unknown: readonly UnknownMember[];
}

/** A merge patch under Sensu's names, with the first of the members that an asset does not have. */
export interface WrittenPatch {
  readonly patch: Record<string, Json>;
  readonly unknown: readonly UnknownMember[];
}

/** Reads a body, bare or wrapped, into an asset; null is an empty one; a wrong type is 400 with Go's text (V8-V20). */
export function readAsset(body: unknown): WrittenAsset {
  if (body === null) return { asset: {}, unknown: [] };
  const wrapped = wrapperOf(body);
  if (wrapped === null) {
    const unknown = new UnknownMembers(false);
    return { asset: goDecode(Asset, body, unknown.onUnknown), unknown: unknown.list };
  }
  const unknown = new UnknownMembers(true, isObject(wrapped.metadata) ? wrapped.metadata : {});
  for (const name of Object.keys(wrapped)) if (!isWrapperMember(name)) unknown.add([], name);
  return { asset: goDecode(Asset, unwrap(wrapped), unknown.onUnknown), unknown: unknown.list };
}

/** The asset of a body alone. */
export function decodeAsset(body: unknown): Asset {
  return readAsset(body).asset;
}

/**
 * Reads a merge patch: the asset's members under Sensu's names, nulls kept, since they take members away. A wrong
 * type anywhere is refused before anything is looked up (contract §2.10 step 4).
 */
export function decodePatch(body: unknown): WrittenPatch {
  if (body === null) throw invalid("Invalid JSON Patch");
  if (!isObject(body)) {
    throw invalid(`json: cannot unmarshal ${goKind(body)} into Go value of type handlers.body`);
  }
  const unknown = new UnknownMembers(false);
  goDecode(Asset, body, unknown.onUnknown);
  const patch: Record<string, Json> = JSON.parse(JSON.stringify(Asset.fold(body)));
  return { patch, unknown: unknown.list };
}

/** `{type, api_version, metadata, spec}`, the form of `sensuctl dump` and of 7.x clients. */
interface Wrapper {
  readonly type: string;
  readonly api_version?: unknown;
  readonly metadata?: unknown;
  readonly spec: Record<string, unknown>;
}

/** The body as a wrapped resource; null when it is none. Its type is an asset's, in any letter case. */
function wrapperOf(body: unknown): Wrapper | null {
  if (!isObject(body) || !isObject(body["spec"]) || typeof body["type"] !== "string") return null;
  const { type, spec, api_version: version = "core/v2" } = body;
  if (type.toLowerCase() !== "asset" || version !== "core/v2") {
    throw invalid(
      `a wrapped resource must be type Asset, api_version core/v2; this is ${JSON.stringify(type)}, ${JSON.stringify(version)}`,
    );
  }
  return { ...body, type, spec };
}

/** The asset in a wrapper, whose metadata goes before that of the asset. */
function unwrap({ metadata, spec }: Wrapper): unknown {
  if (metadata !== undefined && !isObject(metadata)) return { ...spec, metadata };
  const inner = isObject(spec["metadata"]) ? spec["metadata"] : {};
  return { ...spec, metadata: { ...inner, ...metadata } };
}
