import { jsonObject } from "../../lib/json-object.ts";
import { shownDefinition, shownRevision } from "../views.ts";
import type { Change } from "./service.ts";

/** A change as clients see it, secrets masked for those who may not write the asset. */
export function printChange({ revision, mayWrite }: Change): string {
  const { namespace, name } = revision;
  const head = Object.entries({ namespace, name, ...shownRevision(revision) });
  return jsonObject([
    ...head.map(([member, value]) => [member, JSON.stringify(value)] as const),
    ["definition", shownDefinition(revision.definition, mayWrite)],
  ]);
}
