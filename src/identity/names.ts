import { assetKey } from "./cache-key.ts";

declare const checked: unique symbol;

/** The name of a namespace that has passed `namespaceProblem`. */
export type Namespace = string & { readonly [checked]: "namespace" };

/** The name of an asset that has passed `assetNameProblem`. */
export type AssetName = string & { readonly [checked]: "asset" };

/** Characters of a name (design: limits). */
const NAMESPACE_CHARACTERS = 128;
const ASSET_NAME_CHARACTERS = 255;

/** Sensu's rules (contract §1.5, §4.5). */
const NAMESPACE = /^[\w.\-:]+$/;
const ASSET_NAME = /^[\w/.\-:]+$/;

/** Why a text cannot name a namespace, in Sensu's words where it has any; null when it can. */
export function namespaceProblem(text: string): string | null {
  if (text === "") return "namespace name cannot be empty";
  if (!NAMESPACE.test(text)) return "namespace name cannot contain spaces or special characters";
  return (
    reservedProblem(text) ??
    (text.length > NAMESPACE_CHARACTERS
      ? `namespace name cannot be longer than ${NAMESPACE_CHARACTERS} characters`
      : null)
  );
}

/** Why a text cannot name an asset, in Sensu's words where it has any; null when it can. */
export function assetNameProblem(text: string): string | null {
  if (text === "") return "name cannot be empty";
  if (!ASSET_NAME.test(text)) {
    return "name may only contain letters, forward slashes, underscores, dashes and numbers";
  }
  return (
    reservedProblem(text) ??
    (text.length > ASSET_NAME_CHARACTERS
      ? `name cannot be longer than ${ASSET_NAME_CHARACTERS} characters`
      : null)
  );
}

/** Names with a meaning of their own: dot segments of a URL's path, and members that JavaScript defines. */
function reservedProblem(text: string): string | null {
  if (text === "." || text === "..") return `the name ${text} cannot be reached by a URL and is refused`;
  if (text === "__proto__" || text === "constructor") {
    return `the name ${text} is reserved and cannot be stored`;
  }
  return null;
}

/** The namespace a text names; null when it can name none. */
export function parseNamespace(text: string): Namespace | null {
  return isNamespace(text) ? text : null;
}

/** The asset name a text is; null when it can name none. */
export function parseAssetName(text: string): AssetName | null {
  return isAssetName(text) ? text : null;
}

function isNamespace(text: string): text is Namespace {
  return namespaceProblem(text) === null;
}

function isAssetName(text: string): text is AssetName {
  return assetNameProblem(text) === null;
}

/** Which asset: a checked namespace and name, with the one key that caches and the journal know it by. */
export class AssetId {
  readonly namespace: Namespace;
  readonly name: AssetName;
  readonly key: string;

  constructor(namespace: Namespace, name: AssetName) {
    this.namespace = namespace;
    this.name = name;
    this.key = assetKey(namespace, name);
  }
}
