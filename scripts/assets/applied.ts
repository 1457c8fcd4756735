// Having changes done: one plan in one transaction, or a large set batch by batch.
import * as z from "zod/mini";
import { NoAnswer, Refused } from "../command/deployment.ts";
import { askOfSet } from "./changes.ts";
import type { Place } from "./place.ts";
import type { Definition } from "./definitions.ts";
import { Mistake } from "../command/mistake.ts";
import { progress } from "../command/progress.ts";

/** What goes with an apply. */
export interface Wish {
  readonly maxDelete: number | undefined;
  readonly reason: string | undefined;
}

const Applied = z.object({ applied: z.literal(true), last: z.int() });

/** Does a plan, all of it or nothing; resolves to the last revision written. */
export async function applyPlan(place: Place, id: string, wish: Wish): Promise<number> {
  const query = queryOf(wish);
  query.set("plan", id);
  try {
    return await applied(place, query, null);
  } catch (error) {
    if (error instanceof NoAnswer) {
      throw new Mistake(
        "the connection was lost before the answer came, so this was done whole or not at all",
        "the same command shows which, and completes it",
      );
    }
    if (!(error instanceof Refused)) throw error;
    if (error.status === 409) throw new Mistake(`${error.said}: nothing was changed`, "run it again");
    throw error;
  }
}

/** Does a set batch by batch; what stops it says how far it came, and doing it again goes on from there. */
export async function applyBatches(
  place: Place,
  batches: readonly (readonly Definition[])[],
  wish: Wish,
): Promise<number> {
  const bar = progress(`Applying ${batches.length} batches`, place.io);
  let last = 0;
  try {
    for (const [index, batch] of batches.entries()) {
      bar.show(index, batches.length);
      last = await applied(place, queryOf(wish), batch).catch((error: unknown) => {
        const said = error instanceof Error ? error.message : String(error);
        throw new Mistake(
          `${index} of ${batches.length} batches were done, then: ${said}`,
          "the same command goes on from there",
        );
      });
    }
  } finally {
    bar.end();
  }
  return last;
}

async function applied(
  place: Place,
  query: URLSearchParams,
  batch: readonly Definition[] | null,
): Promise<number> {
  return Applied.parse(await askOfSet(place, `apply?${query.toString()}`, batch)).last;
}

function queryOf({ maxDelete, reason }: Wish): URLSearchParams {
  const query = new URLSearchParams();
  if (maxDelete !== undefined) query.set("max_delete", String(maxDelete));
  if (reason !== undefined) query.set("reason", reason);
  return query;
}
