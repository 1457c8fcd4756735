// From files to a plan of them: what `plan` and `apply` have in common.
import { Mistake } from "../command/mistake.ts";
import { progress } from "../command/progress.ts";
import { counted } from "../command/terminal.ts";
import { batchesOf, refusePruneOfMany } from "./batches.ts";
import { changesOf, joined, NO_CHANGES, type Changes } from "./changes.ts";
import { readDefinitions, type Definition, type DefinitionSet } from "./definitions.ts";
import { MANAGED_BY } from "./forms.ts";
import type { Place } from "./place.ts";
import type { Planning } from "./set-options.ts";
import { leftOut } from "./shown-changes.ts";

/** What goes to one namespace, cut into what the server takes at once, and what it would change there. */
export interface Planned {
  readonly place: Place;
  readonly batches: readonly (readonly Definition[])[];
  readonly changes: Changes;
}

/** Reads the files and asks, for each namespace they speak of, what they would change. Nothing is written. */
export async function planFiles(
  place: Place,
  paths: readonly string[],
  planning: Planning,
  kept: boolean,
): Promise<Planned[]> {
  const { prune, into } = planning;
  const set = await readDefinitions(paths, { ...planning, namespace: place.namespace }, place.io);
  place.io.stderr.write(leftOut(set.others));
  if (prune) refuseUnsafePrune(set);
  const fallback = into ?? place.namespace;
  const namespaces = set.namespaces.size > 0 ? [...set.namespaces] : prune ? [[fallback, []] as const] : [];
  if (namespaces.length === 0) {
    const others = [...set.others.values()].reduce((sum, count) => sum + count, 0);
    place.io.stderr.write(`There are no assets among ${counted(others, "resource")}\n`);
    return [{ place: { ...place, namespace: fallback }, batches: [], changes: NO_CHANGES }];
  }
  const planned: Planned[] = [];
  for (const [namespace, definitions] of namespaces) {
    const there = { ...place, namespace };
    planned.push(
      await planNamespace(there, definitions, planning, kept).catch((error: unknown) => {
        if (namespaces.length === 1 || !(error instanceof Error)) throw error;
        throw new Mistake(`namespace ${namespace}: ${error.message}`, "nothing was changed in any namespace");
      }),
    );
  }
  return planned;
}

async function planNamespace(
  place: Place,
  definitions: readonly Definition[],
  { prune, maxDelete, labelSelector, managedBy }: Planning,
  kept: boolean,
): Promise<Planned> {
  const batches = batchesOf(definitions);
  refusePruneOfMany(batches.length, prune);
  const bar = progress(`Planning ${counted(definitions.length, "asset")} of ${place.namespace}`, place.io);
  const parts: Changes[] = [];
  try {
    for (const batch of batches) {
      bar.show(parts.length, batches.length);
      const asked = { prune, maxDelete, selector: selectorOf(labelSelector, managedBy) };
      parts.push(await changesOf(place, batch, asked, kept && batches.length === 1));
    }
  } finally {
    bar.end();
  }
  const [only] = parts;
  return { place, batches, changes: parts.length === 1 && only !== undefined ? only : joined(parts) };
}

/** What is absent is deleted, so everything must have been read, and something must have been there. */
function refuseUnsafePrune({ namespaces, skipped, doubts, emptyList, others }: DefinitionSet): void {
  const [first] = skipped;
  if (first !== undefined) {
    throw new Mistake(
      `${first} was not read, and --prune could delete what it holds`,
      "name it as well, or move it elsewhere",
    );
  }
  if (namespaces.size === 0 && !emptyList) {
    const count = [...others.values()].reduce((sum, each) => sum + each, 0);
    throw new Mistake(
      `there are no assets among ${counted(count, "resource")}, and --prune would delete all there are`,
      "to empty a namespace, apply a file that holds [] with --prune and --max-delete",
    );
  }
  const [doubt] = doubts;
  if (doubt === undefined) return;
  throw new Mistake(`${doubt.said}: --prune could delete what is missing`, doubt.remedy);
}

function selectorOf(labels: string | undefined, managedBy: string | undefined): string | undefined {
  const parts = [
    ...(labels === undefined ? [] : [labels]),
    ...(managedBy === undefined ? [] : [`"${MANAGED_BY}" == "${managedBy}"`]),
  ];
  return parts.length === 0 ? undefined : parts.join(" && ");
}
