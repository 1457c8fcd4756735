// What a set changes, as the server tells it.
import * as z from "zod/mini";
import { answered, Refused, type Asked } from "../command/deployment.ts";
import { bodyOf } from "./batches.ts";
import { pathOf, type Place } from "./place.ts";
import type { Definition } from "./definitions.ts";
import { Mistake } from "../command/mistake.ts";

const Change = z.object({
  name: z.string(),
  lines: z._default(z.array(z.string()), []),
  lint: z._default(z.array(z.object({ rule: z.string(), where: z.string(), message: z.string() })), []),
  patch: z.optional(z.unknown()),
});
export type Change = z.infer<typeof Change>;

const Changes = z.object({
  plan: z.optional(z.nullable(z.string())),
  seq: z.int(),
  applied: z.optional(z.boolean()),
  last: z.optional(z.int()),
  create: z.array(Change),
  update: z.array(Change),
  unchanged: z.array(z.string()),
  delete: z.array(Change),
  /** Whether the server left out the differences of some. */
  truncated: z._default(z.boolean(), false),
});
export type Changes = z.infer<typeof Changes>;

/** How many assets a set creates, updates and deletes. */
export function changeCount({ create, update, delete: deleted }: Changes): number {
  return create.length + update.length + deleted.length;
}

/** The changes of several batches as one. */
export function joined(parts: readonly Changes[]): Changes {
  const seq = Math.max(0, ...parts.map((part) => part.seq));
  return {
    seq,
    create: parts.flatMap((part) => part.create),
    update: parts.flatMap((part) => part.update),
    unchanged: parts.flatMap((part) => part.unchanged),
    delete: parts.flatMap((part) => part.delete),
    truncated: parts.some((part) => part.truncated),
  };
}

/** Nothing to do. */
export const NO_CHANGES: Changes = {
  seq: 0,
  create: [],
  update: [],
  unchanged: [],
  delete: [],
  truncated: false,
};

/** What is asked of the server beside the set. */
export interface PlanQuery {
  readonly prune: boolean;
  /** How many assets may be deleted; undefined for the server's own ceiling. */
  readonly maxDelete: number | undefined;
  /** Which assets a prune considers; undefined for all. */
  readonly selector: string | undefined;
  /** Whether definitions with lint findings are refused. */
  readonly strict: boolean;
}

/** Asks for a plan of a set, kept for an hour, or, where `kept` is false, for the same without anything kept. */
export function changesOf(
  place: Place,
  batch: readonly Definition[],
  { prune, maxDelete, selector, strict }: PlanQuery,
  kept: boolean,
): Promise<Changes> {
  const query = new URLSearchParams(prune ? { prune: "true" } : {});
  if (maxDelete !== undefined) query.set("max_delete", String(maxDelete));
  if (prune && selector !== undefined) query.set("labelSelector", selector);
  if (strict) query.set("strict", "true");
  if (!kept) query.set("dry_run", "true");
  return askChanges(place, `${kept ? "plan" : "apply"}?${query.toString()}`, batch);
}

/** Asks for changes by a path under the namespace, with a set in the body or without one. */
export async function askChanges(
  place: Place,
  path: string,
  batch: readonly Definition[] | null,
): Promise<Changes> {
  const answer = await askOfSet(place, path, batch);
  const changes = Changes.safeParse(answer);
  if (changes.success) return changes.data;
  throw new Mistake(
    `${place.deployment.url} answers with something that is no plan`,
    "is SENSU_API_URL an Edge Assets server?",
  );
}

/**
 * Sends a set; where the server names one definition as wrong, the error says where that is written down, and where it
 * will not delete so many, which option allows it.
 */
export async function askOfSet(
  place: Place,
  path: string,
  batch: readonly Definition[] | null,
): Promise<unknown> {
  const asked: Asked = batch === null ? {} : { body: bodyOf(batch) };
  try {
    return await answered(await place.deployment.ask("POST", `${pathOf(place, "edge/v1")}/${path}`, asked));
  } catch (error) {
    const limit = error instanceof Refused ? TOO_MANY_DELETES.exec(error.said) : null;
    if (limit !== null) {
      throw new Mistake(
        `${limit[1]}; the limit is ${limit[2]}, so nothing was changed`,
        `say --max-delete ${limit[3]} if that is meant`,
      );
    }
    const named = error instanceof Refused ? /^definition (\S+): (.*)/s.exec(error.said) : null;
    const [, at = "", said = ""] = named ?? [];
    const definition =
      batch?.find(({ name }) => name === at) ?? (/^\d+$/.test(at) ? batch?.[Number(at)] : undefined);
    if (definition === undefined) throw error;
    throw new Mistake(
      `${definition.where}: ${definition.name}: ${said}`,
      "correct it there; nothing was changed",
    );
  }
}

/** The server's words for a prune beyond its ceiling. */
const TOO_MANY_DELETES = /^(.*); the limit is (\d+): say max_delete=(\d+) /;
