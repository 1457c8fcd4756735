import { parseNamespace, type Namespace } from "../identity/names.ts";
import { compileGlob, matchesGlob, starsOf } from "../lib/glob.ts";

/** What a principal may do: `role@namespace` or `role@namespace/name-glob`, `*` for all (design: grants). */
export type Role = "view" | "edit" | "admin";

export interface Grant {
  readonly role: Role;
  /** A namespace, or `*` for every namespace. */
  readonly namespace: string;
  /** A glob over asset names in which `*` stands for any run of characters; null for all names. */
  readonly names: string | null;
}

/** What a request needs. A null namespace is the whole cluster; a null name is a collection. */
export interface Need {
  readonly role: Role;
  readonly namespace: Namespace | null;
  readonly name: string | null;
}

/** Grants of one principal, and the characters of all of them together. */
export const MAX_GRANTS = 50;
export const MAX_GRANT_CHARACTERS = 16_384;
/** Stars in the glob of a grant that is handed out; keys that were made before this was bounded may have more. */
export const MAX_STARS = 4;

const RANK: Record<Role, number> = { view: 0, edit: 1, admin: 2 };
const GRANT = /^(?<role>\w+)@(?<namespace>\*|[\w.\-:]{1,255})(?:\/(?<names>[\w/.\-:*]{1,255}))?$/;

/** Reads one grant; null when the text is not one. */
export function parseGrant(text: string): Grant | null {
  const { role = "", namespace = "", names } = GRANT.exec(text)?.groups ?? {};
  return isRole(role) ? { role, namespace, names: names ?? null } : null;
}

/** The text of a grant, as `parseGrant` reads it. */
export function printGrant({ role, namespace, names }: Grant): string {
  return names === null ? `${role}@${namespace}` : `${role}@${namespace}/${names}`;
}

/** Whether a grant's glob has more stars than one that is handed out may have; stars in a row are one. */
export function hasTooManyStars({ names }: Grant): boolean {
  return names !== null && starsOf(names) > MAX_STARS;
}

function isRole(text: string): text is Role {
  return Object.hasOwn(RANK, text);
}

/** Whether the grants allow what is needed. Pure: no I/O, no clock. */
export function allows(grants: readonly Grant[], need: Need): boolean {
  return grants.some((grant) => covers(grant, need));
}

/** Whether everything that `grant` allows is allowed by one of those held. */
export function coversGrant(held: readonly Grant[], grant: Grant): boolean {
  return held.some(
    (one) =>
      RANK[one.role] >= RANK[grant.role] &&
      (one.namespace === "*" || one.namespace === grant.namespace) &&
      // A glob that matches another's text, stars as plain characters, matches whatever that one matches.
      (one.names === null ||
        (grant.names !== null && grant.role !== "admin" && globMatches(one.names, grant.names))),
  );
}

/** Whether the grants reach every name of the namespace, so that a list needs no filter. */
export function seesEveryName(grants: readonly Grant[], namespace: Namespace | null): boolean {
  return grants.some((grant) => grant.names === null && reaches(grant, namespace));
}

function covers(grant: Grant, need: Need): boolean {
  if (!coversCollection(grant, need)) return false;
  return grant.names === null || need.name === null || globMatches(grant.names, need.name);
}

/** Whether a grant gives the role in the namespace for some name at least. */
export function coversCollection(grant: Grant, need: Pick<Need, "role" | "namespace">): boolean {
  if (RANK[grant.role] < RANK[need.role] || !reaches(grant, need.namespace)) return false;
  // Namespaces, keys and audit have no asset name: a grant narrowed to some names does not reach them.
  return grant.names === null || need.role !== "admin";
}

/** Whether a grant speaks of this namespace; null is the whole cluster. */
export function reaches(grant: Grant, namespace: Namespace | null): boolean {
  return grant.namespace === "*" || grant.namespace === namespace;
}

/** The namespaces in which the grants allow anything, in byte order; null for all. */
export function namespacesSeenBy(grants: readonly Grant[]): readonly Namespace[] | null {
  if (grants.some(({ namespace }) => namespace === "*")) return null;
  return [...new Set(grants.flatMap(({ namespace }) => parseNamespace(namespace) ?? []))].sort((a, b) =>
    a < b ? -1 : 1,
  );
}

/** Whether a text matches a glob, in which `*` stands for any run of characters. */
export function globMatches(glob: string, text: string): boolean {
  return matchesGlob(compileGlob(glob), text);
}
