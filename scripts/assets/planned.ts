// From files to a plan of them: what `plan` and `apply` have in common.
import { batchesOf, refusePruneOfMany } from "./batches.ts";
import { changesOf, joined, type Changes, type Planning } from "./changes.ts";
import type { Place } from "./place.ts";
import { readDefinitions, type Definition } from "./definitions.ts";
import { Mistake } from "../command/mistake.ts";
import { value, wholeNumber } from "../command/options.ts";
import { progress } from "../command/progress.ts";
import { counted } from "../command/terminal.ts";
import { leftOut } from "./shown-changes.ts";

/** How many assets may be deleted. */
export const maxDeleteOption = value(
  "--max-delete <n>",
  "delete at most so many assets (default: a tenth of the namespace, or 3 where that is more)",
  wholeNumber(0, 999_999_999),
);

/** A set that was read, cut into what the server takes at once, and what it would change. */
export interface Planned {
  readonly batches: readonly (readonly Definition[])[];
  readonly changes: Changes;
}

/** Reads the files and asks what they would change. */
export async function planFiles(
  place: Place,
  paths: readonly string[],
  { prune, maxDelete, kept }: Planning,
): Promise<Planned> {
  const { definitions, others } = await readDefinitions(paths, place.namespace, place.io);
  place.io.stderr.write(leftOut(others));
  // Files that hold nothing most often mean that something before this went wrong.
  if (definitions.length === 0 && !(prune && maxDelete !== undefined)) {
    const remedy = prune ? "to delete every asset, say --max-delete N" : "name files that hold some";
    throw new Mistake("there is no asset in what was named", remedy);
  }
  const batches = batchesOf(definitions);
  refusePruneOfMany(batches.length, prune);
  const bar = progress(`Planning ${counted(definitions.length, "asset")}`, place.io);
  const parts: Changes[] = [];
  try {
    for (const batch of batches) {
      bar.show(parts.length, batches.length);
      parts.push(await changesOf(place, batch, { prune, maxDelete, kept: kept && batches.length === 1 }));
    }
  } finally {
    bar.end();
  }
  const [only] = parts;
  return { batches, changes: parts.length === 1 && only !== undefined ? only : joined(parts) };
}
