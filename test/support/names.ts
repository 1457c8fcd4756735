import {
  AssetId,
  parseAssetName,
  parseNamespace,
  type AssetName,
  type Namespace,
} from "../../src/identity/names.ts";

/** The namespace of this name; throws for a text that can name none. */
export function namespaceNamed(text: string): Namespace {
  const namespace = parseNamespace(text);
  if (namespace === null) throw new Error(`${text} names no namespace`);
  return namespace;
}

/** The asset name this text is; throws for one that is none. */
export function assetNamed(text: string): AssetName {
  const name = parseAssetName(text);
  if (name === null) throw new Error(`${text} names no asset`);
  return name;
}

/** The asset of this namespace and name; throws where either is none. */
export function assetId(namespace: string, name: string): AssetId {
  return new AssetId(namespaceNamed(namespace), assetNamed(name));
}
