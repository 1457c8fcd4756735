import { shownDefinition, shownRevision } from "../views.ts";
import type { Change } from "./service.ts";

/** A change as clients see it, secrets masked for those who may not write the asset. */
export function printChange({ revision, mayWrite }: Change): string {
  const { namespace, name } = revision;
  const head = JSON.stringify({ namespace, name, ...shownRevision(revision) });
  return `${head.slice(0, -1)},"definition":${shownDefinition(revision.definition, mayWrite)}}`;
}
