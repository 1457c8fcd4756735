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
  readonly namespace: string | null;
  readonly name: string | null;
}

/** Grants of one principal, and the characters of all of them together. */
export const MAX_GRANTS = 50;
export const MAX_GRANT_CHARACTERS = 16_384;

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
export function seesEveryName(grants: readonly Grant[], namespace: string | null): boolean {
  return grants.some((grant) => grant.names === null && reaches(grant, namespace));
}

function covers(grant: Grant, need: Need): boolean {
  if (RANK[grant.role] < RANK[need.role] || !reaches(grant, need.namespace)) return false;
  if (grant.names === null) return true;
  // Namespaces, keys and audit have no asset name: a grant narrowed to some names does not reach them.
  if (need.role === "admin") return false;
  return need.name === null || globMatches(grant.names, need.name);
}

function reaches(grant: Grant, namespace: string | null): boolean {
  return grant.namespace === "*" || grant.namespace === namespace;
}

/** Two-pointer glob: time is bounded by the product of both lengths, whatever the pattern. */
export function globMatches(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (glob[g] === "*") {
      star = g++;
      resume = t;
    } else if (glob[g] === text[t]) {
      g++;
      t++;
    } else if (star !== -1) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}
