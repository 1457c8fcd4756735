import { Refused } from "../command/deployment.ts";
import { Mistake } from "../command/mistake.ts";
import { askChanges } from "./changes.ts";
import type { Place } from "./place.ts";
import type { Planned } from "./planned.ts";

/** What a plan made before says; the server does not do it yet. */
export async function storedPlan(place: Place, id: string): Promise<Planned> {
  const query = new URLSearchParams({ plan: id, dry_run: "true" });
  const changes = await askChanges(place, `apply?${query.toString()}`, null).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 409) throw new Mistake(`${error.said}: nothing was changed`, "run it again");
    if (error.status !== 404) throw error;
    throw new Mistake(`the namespace ${place.namespace} has no plan ${id}`, "plans last an hour; plan again");
  });
  return { place, batches: [], changes: { ...changes, plan: id } };
}
