import { allows, coversGrant, type Grant, type Need } from "../auth/grants.ts";
import type { Namespace } from "../identity/names.ts";
import type { Lives } from "../store/history-store.ts";

/**
 * The grants that speak of every namespace. They alone open the former lives of a namespace: who was given a namespace
 * that was created again was not given what another team of that name had kept in it.
 */
export function grantsEverywhere(grants: readonly Grant[]): readonly Grant[] {
  return grants.filter(({ namespace }) => namespace === "*");
}

/** The lives of a namespace that a principal may read in this role. */
export function readableLives(grants: readonly Grant[], need: Need): Lives {
  return allows(grantsEverywhere(grants), need) ? "all" : "present";
}

/** The namespaces in the scope (null: every one) of which the grants open the present life and no former one. */
export function namespacesOfOneLife(grants: readonly Grant[], scope: Namespace | null): readonly string[] {
  const everywhere = grantsEverywhere(grants);
  const narrow = grants.filter((grant) => grant.namespace !== "*" && !coversGrant(everywhere, grant));
  const names = new Set(narrow.map(({ namespace }) => namespace));
  return [...names].filter((name) => scope === null || name === scope);
}
