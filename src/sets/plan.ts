import { prepareWrite, storedBytes } from "../assets/prepare.ts";
import type { WrittenAsset } from "../definitions/decode.ts";
import { ApiError, invalid } from "../errors.ts";
import type { AssetName, Namespace } from "../identity/names.ts";
import type { FilterReader } from "../es5/filter-reader.ts";
import type { AssetWrite } from "../store/asset-store.ts";
import type { NamespaceState } from "../store/set-store.ts";
import { placedError, type DefinitionSet } from "./definitions.ts";

/** A definition as it was sent. Who writes it is decided when it is applied. */
export interface Definition extends WrittenAsset {
  readonly name: AssetName;
}

/** What would be done to a namespace, and for which state of it. */
export interface Plan {
  readonly namespace: Namespace;
  readonly seq: number;
  readonly create: readonly Definition[];
  readonly update: readonly Definition[];
  readonly unchanged: readonly AssetName[];
  readonly delete: readonly AssetName[];
}

/** Of a whole set, as its definitions are stored: an isolate holds them, their plan and the answer at once. */
const STORED_SET_BYTES = 18 * 1024 * 1024;

/** Whether there is nothing to do. */
export function isEmptyPlan(plan: Plan): boolean {
  return plan.create.length + plan.update.length + plan.delete.length === 0;
}

/** Every name that a plan speaks of. */
export function namesOf(plan: Plan): readonly AssetName[] {
  const written = [...plan.create, ...plan.update].map(({ name }) => name);
  return [...written, ...plan.unchanged, ...plan.delete];
}

/**
 * What it takes for a namespace to hold these definitions. One that differs from what is stored in its writer's name
 * alone is unchanged. `invalidArgument` where a name to create and one to delete differ in letter case alone.
 */
export async function makePlan(
  namespace: Namespace,
  state: NamespaceState,
  set: DefinitionSet,
  deletes: readonly AssetName[],
  filters: FilterReader,
): Promise<Plan> {
  const current = new Map(state.assets.map((asset) => [asset.name, asset]));
  const create: Definition[] = [];
  const update: Definition[] = [];
  const unchanged: AssetName[] = [];
  let bytes = 0;
  for (const [name, written] of set) {
    const existing = current.get(name);
    const write = await checked(namespace, { name, ...written }, existing?.createdBy ?? "", filters);
    if (write.etag === existing?.etag) {
      unchanged.push(name);
      continue;
    }
    bytes += storedBytes(write);
    if (bytes > STORED_SET_BYTES) throw tooLarge();
    (existing === undefined ? create : update).push({ name, ...written });
  }
  refuseCaseChange(create, deletes);
  return { namespace, seq: state.seq, create, update, unchanged, delete: deletes };
}

/** An asset that is deleted while one with the same letters is created was most likely meant to stay. */
function refuseCaseChange(create: readonly Definition[], deletes: readonly AssetName[]): void {
  const created = new Map(create.map(({ name }) => [name.toLowerCase(), name]));
  for (const name of deletes) {
    const other = created.get(name.toLowerCase());
    if (other === undefined) continue;
    throw invalid(
      `this would create ${other} and delete ${name}, which differ in letter case alone; correct the name, or apply without prune first to rename it`,
    );
  }
}

async function checked(
  namespace: Namespace,
  { name, asset }: Definition,
  by: string,
  filters: FilterReader,
): Promise<AssetWrite> {
  try {
    return await prepareWrite({ namespace, name }, asset, by, filters);
  } catch (error) {
    throw placedError(name, error);
  }
}

function tooLarge(): ApiError {
  return new ApiError(
    "tooLarge",
    `the definitions of this set take more than ${STORED_SET_BYTES} bytes as they are stored; send it as two sets`,
  );
}
