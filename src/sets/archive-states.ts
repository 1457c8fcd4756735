import { ApiError } from "../errors.ts";
import type { JsonMember } from "../lib/json-object.ts";
import type { Definition, Plan } from "./plan.ts";

/** A build whose archive is not known to have its digest. */
export interface Unverified {
  readonly name: string;
  readonly build: number;
  readonly state: string;
}

/** Says which builds of definitions have archives that are not known to be right. */
export interface ArchiveStates {
  unverified(
    assets: Iterable<readonly [name: string, asset: Definition["asset"]]>,
    by: string,
    now: number,
  ): Promise<readonly Unverified[]>;
}

/** Who asks, and when: a state that the caller has reported counts for the caller alone. */
interface Asker {
  readonly by: string;
  readonly now: number;
}

interface Uses {
  readonly archives: ArchiveStates;
}

/** How many archives an answer names, and how many an error. */
const SHOWN = 200;
const NAMED = 5;

type Named = Pick<Definition, "name" | "asset">;
const named = (definitions: readonly Named[]) => definitions.map(({ name, asset }) => [name, asset] as const);

/** The members that show a plan, and the archives in it that are not known to be right. */
export async function withArchives(
  shown: readonly JsonMember[],
  plan: Plan,
  { by, now }: Asker,
  { archives }: Uses,
): Promise<readonly JsonMember[]> {
  const written = named([...plan.create, ...plan.update]);
  const unverified = written.length === 0 ? [] : await archives.unverified(written, by, now).catch(() => []);
  return [...shown, ["archives", JSON.stringify(unverified.slice(0, SHOWN))]];
}

/** Throws `preconditionFailed` unless every archive of the definitions is known to have its digest. */
export async function refuseUnverified(
  definitions: readonly Named[],
  { by, now }: Asker,
  { archives }: Uses,
): Promise<void> {
  const unverified = await archives.unverified(named(definitions), by, now);
  if (unverified.length === 0) return;
  const first = unverified
    .slice(0, NAMED)
    .map(({ name, build, state }) => `${name} build ${build} (${state})`);
  const more = unverified.length > NAMED ? `, and ${unverified.length - NAMED} more` : "";
  const [count, them] =
    unverified.length === 1 ? ["1 archive is", "it"] : [`${unverified.length} archives are`, "them"];
  throw new ApiError(
    "preconditionFailed",
    `${count} not verified: ${first.join(", ")}${more}; npm run assets -- verify FILE --report verifies ${them} first`,
  );
}
