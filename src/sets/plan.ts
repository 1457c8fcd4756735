import { checkAsset, storedBytes, type CheckedAsset } from "../assets/prepare.ts";
import type { WrittenAsset } from "../definitions/decode.ts";
import type { Asset } from "../definitions/schema.ts";
import type { UnknownMember } from "../definitions/unknown-members.ts";
import { ApiError, invalid } from "../errors.ts";
import type { AssetName, Namespace } from "../identity/names.ts";
import type { FilterReader } from "../es5/filter-reader.ts";
import type { AssetWrite } from "../store/asset-store.ts";
import type { NamespaceState } from "../store/set-store.ts";
import { placed, placedError, type DefinitionSet } from "./definitions.ts";

/** A definition as it was sent, and checked. Who writes it is decided when it is applied. */
export class Definition implements WrittenAsset {
  readonly name: AssetName;
  readonly asset: Asset;
  readonly unknown: readonly UnknownMember[];
  readonly #checked: CheckedAsset;

  constructor(checked: CheckedAsset, { asset, unknown }: WrittenAsset) {
    this.name = checked.name;
    this.asset = asset;
    this.unknown = unknown;
    this.#checked = checked;
  }

  /** What is stored when `writer` writes it; encoded once for each writer. */
  write(writer: string): Promise<AssetWrite> {
    return this.#checked.write(writer);
  }
}

/** Checks the definitions of a set, each once however often the set is planned. */
export class SetChecker {
  readonly #namespace: Namespace;
  readonly #filters: FilterReader;
  readonly #checked = new Map<AssetName, Definition>();

  constructor(namespace: Namespace, filters: FilterReader) {
    this.#namespace = namespace;
    this.#filters = filters;
  }

  /** Throws what is wrong with a definition, with its name. */
  check(name: AssetName, written: WrittenAsset): Definition {
    const known = this.#checked.get(name);
    if (known !== undefined) return known;
    const place = { namespace: this.#namespace, name };
    const definition = new Definition(
      placed(name, () => checkAsset(place, written.asset, this.#filters)),
      written,
    );
    this.#checked.set(name, definition);
    return definition;
  }
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
 * What it takes for a namespace to hold these definitions, as `writer` would write them. One that differs from what is
 * stored in its writer's name alone is unchanged. `invalidArgument` where a name to create and one to delete differ in
 * letter case alone.
 */
export async function makePlan(
  namespace: Namespace,
  state: NamespaceState,
  set: DefinitionSet,
  deletes: readonly AssetName[],
  checker: SetChecker,
  writer: string,
): Promise<Plan> {
  const current = new Map(state.assets.map((asset) => [asset.name, asset]));
  const create: Definition[] = [];
  const update: Definition[] = [];
  const unchanged: AssetName[] = [];
  let bytes = 0;
  for (const [name, written] of set) {
    const existing = current.get(name);
    const definition = checker.check(name, written);
    const write = await definition.write(existing?.createdBy ?? writer).catch((error: unknown) => {
      throw placedError(name, error);
    });
    if (write.etag === existing?.etag) {
      unchanged.push(name);
      continue;
    }
    bytes += storedBytes(write);
    if (bytes > STORED_SET_BYTES) throw tooLarge();
    (existing === undefined ? create : update).push(definition);
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

function tooLarge(): ApiError {
  return new ApiError(
    "tooLarge",
    `the definitions of this set take more than ${STORED_SET_BYTES} bytes as they are stored; send it as two sets`,
  );
}
