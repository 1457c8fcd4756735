import { invalid, noAsset, noNamespace } from "../errors.ts";
import {
  AssetId,
  namespaceProblem,
  parseAssetName,
  parseNamespace,
  type Namespace,
} from "../identity/names.ts";

/** What handlers read of a path: its namespace, already checked, and its other parameters as they were sent. */
interface Placed {
  readonly namespace: Namespace | null;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The namespace of a path, null where the route has none. A text that can name no namespace is 404 on reads and 400
 * on writes, before grants, services, caches or stores see it (design: names).
 */
export function readNamespace(method: string, params: Readonly<Record<string, string>>): Namespace | null {
  const text = params["namespace"];
  if (text === undefined) return null;
  const namespace = parseNamespace(text);
  if (namespace !== null) return namespace;
  if (method === "GET") throw noNamespace(text);
  throw invalid(`resource is invalid: ${namespaceProblem(text)}`);
}

/** The namespace of a route whose path has one. */
export function namespaceOf({ namespace }: Pick<Placed, "namespace">): Namespace {
  if (namespace === null) throw new Error("the route has no namespace but its handler needs one");
  return namespace;
}

/** The asset a path names; a text that can name no asset is `notFound`. */
export function assetIdOf(placed: Placed): AssetId {
  const text = placed.params["name"] ?? "";
  const namespace = namespaceOf(placed);
  const name = parseAssetName(text);
  if (name === null) throw noAsset({ namespace, name: text });
  return new AssetId(namespace, name);
}
