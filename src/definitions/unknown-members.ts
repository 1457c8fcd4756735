import type { OnUnknown } from "../go-json/decode.ts";
import { excerpt } from "../lib/excerpt.ts";
import { nearestName } from "../lib/nearest-name.ts";
import { Asset, Build, Metadata, WrappedAsset } from "./schema.ts";

/** The most unknown members of one definition that are kept for lint. */
export const UNKNOWN_KEPT = 20;
/** Characters of a name that are kept. */
const NAME_CHARACTERS = 64;

/** A member that no asset has, so it is ignored. Plain JSON: a stored plan keeps those of its definitions. */
export interface UnknownMember {
  /** The object it stands in, in the definition as it was sent: `spec.metadata`, `builds.0`; empty at the root. */
  readonly parent: string;
  readonly name: string;
  /** Whether the definition is wrapped, as `sensuctl dump` does. */
  readonly isWrapped: boolean;
}

/** Collects the first unknown members of a definition. */
export class UnknownMembers {
  readonly list: UnknownMember[] = [];
  readonly #isWrapped: boolean;
  readonly #outerMetadata: object;

  /** `outerMetadata`: that beside `spec` in a wrapped definition, whose other members all stand in `spec`. */
  constructor(isWrapped: boolean, outerMetadata: object = {}) {
    this.#isWrapped = isWrapped;
    this.#outerMetadata = outerMetadata;
  }

  /** What the decoder of an asset calls. */
  readonly onUnknown: OnUnknown = (path) => {
    const parents = path.slice(0, -1);
    const name = path.at(-1) ?? "";
    const isOutside = parents[0] === "metadata" && Object.hasOwn(this.#outerMetadata, name);
    this.add(this.#isWrapped && !isOutside ? ["spec", ...parents] : parents, name);
  };

  add(parents: readonly string[], name: string): void {
    if (this.list.length === UNKNOWN_KEPT) return;
    const shown = excerpt(name, NAME_CHARACTERS);
    this.list.push({ parent: parents.join("."), name: shown, isWrapped: this.#isWrapped });
  }
}

const namesIn = ({ properties }: { readonly properties?: unknown }) => Object.keys(properties ?? {});
const ASSET = namesIn(Asset.schema);
const METADATA = namesIn(Metadata.schema);
const BUILD = namesIn(Build.schema);
const WRAPPER = namesIn(WrappedAsset.schema);

/** Characters of all names that one misspelling may be compared with. */
export const COMPARED_CHARACTERS = [ASSET, METADATA, BUILD, WRAPPER].flat().join("").length;

/** The members that a definition itself has beside `spec` where it is wrapped, as its unknown ones are found. */
export function isWrapperMember(name: string): boolean {
  return WRAPPER.includes(name);
}

/** The members that the object around an unknown member has. */
export function membersBeside({ parent, isWrapped }: UnknownMember): readonly string[] {
  if (parent === "") return isWrapped ? WRAPPER : ASSET;
  if (parent === "spec") return ASSET;
  return parent.endsWith("metadata") ? METADATA : BUILD;
}

/**
 * The path of the member that was most likely meant: one of this name that has its place elsewhere, or one here, or
 * else elsewhere, whose name is near. Null when none is.
 */
export function likelyMember(unknown: UnknownMember): string | null {
  const { parent, name, isWrapped } = unknown;
  const elsewhere = [
    { at: isWrapped ? "spec" : "", members: ASSET },
    { at: "metadata", members: METADATA },
  ].filter(({ at }) => at !== parent);
  const same = elsewhere.find(({ members }) => members.includes(name.toLowerCase()));
  if (same !== undefined) return pathOf(same.at, name.toLowerCase());
  for (const { at, members } of [{ at: parent, members: membersBeside(unknown) }, ...elsewhere]) {
    const nearest = nearestName(name, members);
    if (nearest !== null) return pathOf(at, nearest);
  }
  return null;
}

/** The path of a member of the object at `parent`. */
export function pathOf(parent: string, name: string): string {
  return parent === "" ? name : `${parent}.${name}`;
}
