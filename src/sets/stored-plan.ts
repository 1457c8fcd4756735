import { CheckedAsset } from "../assets/prepare.ts";
import type { WrittenAsset } from "../definitions/decode.ts";
import type { AssetName } from "../identity/names.ts";
import { Definition, type Plan } from "./plan.ts";

/** Raised when what is stored changes: plans of an earlier form are no plans. */
const FORMAT = 3;

/** A definition without the checks that it has passed. */
type StoredDefinition = WrittenAsset & { readonly name: AssetName };

interface StoredPlan {
  readonly format: number;
  readonly plan: Omit<Plan, "create" | "update"> & {
    readonly create: readonly StoredDefinition[];
    readonly update: readonly StoredDefinition[];
  };
}

/** The text by which a plan is kept. It holds definitions, not writes: who applies it becomes their writer. */
export function storePlan(plan: Plan): string {
  const stored: StoredPlan = { format: FORMAT, plan };
  return JSON.stringify(stored);
}

/** The plan of a text; null when the text is of another form. */
export function restorePlan(text: string): Plan | null {
  const { format, plan }: StoredPlan = JSON.parse(text);
  if (format !== FORMAT) return null;
  const { namespace } = plan;
  const restored = (stored: StoredDefinition) =>
    new Definition(new CheckedAsset({ namespace, name: stored.name }, stored.asset), stored);
  return { ...plan, create: plan.create.map(restored), update: plan.update.map(restored) };
}
