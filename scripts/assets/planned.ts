// From files to a plan of them: what `plan` and `apply` have in common.
import { batchesOf, refusePruneOfMany } from "./batches.ts";
import { changesOf, joined, type Changes } from "./changes.ts";
import type { Place } from "./command.ts";
import { readDefinitions, type Definition } from "./definitions.ts";
import { Mistake } from "./mistake.ts";
import { progress } from "./progress.ts";
import { counted } from "./terminal.ts";
import { leftOut } from "./shown-changes.ts";

/** A set that was read, cut into what the server takes at once, and what it would change. */
export interface Planned {
  readonly batches: readonly (readonly Definition[])[];
  readonly changes: Changes;
}

export interface Planning {
  readonly prune: boolean;
  /** Whether the plan, where it is one, is kept for an hour. */
  readonly kept: boolean;
  /** Whether files that hold nothing may delete everything: most often something before this went wrong. */
  readonly mayEmpty: boolean;
}

/** Reads the files and asks what they would change. */
export async function planFiles(
  place: Place,
  paths: readonly string[],
  { prune, kept, mayEmpty }: Planning,
): Promise<Planned> {
  const { definitions, others } = await readDefinitions(paths, place.namespace);
  process.stderr.write(leftOut(others));
  if (definitions.length === 0 && !(prune && mayEmpty)) {
    const remedy = prune
      ? "to delete every asset, say apply with --max-delete N"
      : "name files that hold some";
    throw new Mistake("there is no asset in what was named", remedy);
  }
  const batches = batchesOf(definitions);
  refusePruneOfMany(batches.length, prune);
  const bar = progress(`Planning ${counted(definitions.length, "asset")}`);
  const parts: Changes[] = [];
  try {
    for (const batch of batches) {
      bar.show(parts.length, batches.length);
      parts.push(await changesOf(place, batch, prune, kept && batches.length === 1));
    }
  } finally {
    bar.end();
  }
  const [only] = parts;
  return { batches, changes: parts.length === 1 && only !== undefined ? only : joined(parts) };
}
