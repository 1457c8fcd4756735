// What the server takes at once, and sets that are larger.
import type { Definition } from "./definitions.ts";
import { Mistake } from "../command/mistake.ts";

/** The server's bounds of one transaction; a little room is left for what joins the definitions. */
export const MOST = 1_000;
const MOST_BYTES = 8 * 1024 * 1024 - 64 * 1024;

/** Cuts a set into what the server takes at once: most often one batch. */
export function batchesOf(definitions: readonly Definition[]): Definition[][] {
  const batches: Definition[][] = [[]];
  let bytes = 0;
  for (const definition of definitions) {
    const size = Buffer.byteLength(definition.json) + 1;
    const last = batches.at(-1) ?? [];
    if (last.length === MOST || bytes + size > MOST_BYTES) {
      batches.push([definition]);
      bytes = size;
    } else {
      last.push(definition);
      bytes += size;
    }
  }
  return batches;
}

/** Pruning compares with the whole set, so a batch would delete what the others bring. */
export function refusePruneOfMany(batches: number, prune: boolean): void {
  if (batches === 1 || !prune) return;
  throw new Mistake(
    `--prune needs the whole set in one transaction, and this is more than ${MOST} definitions or 8 MiB`,
    "divide the assets over namespaces, or leave --prune out and delete by name",
  );
}

/** As one line each: a set of any size keeps its place in what the server says of it. */
export function bodyOf(batch: readonly Definition[]): string {
  return `[${batch.map(({ json }) => json).join(",\n")}]`;
}
