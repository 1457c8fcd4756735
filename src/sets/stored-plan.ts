import type { Plan } from "./plan.ts";

/** Raised when what is stored changes: plans of an earlier form are no plans. */
const FORMAT = 3;

interface StoredPlan {
  readonly format: number;
  readonly plan: Plan;
}

/** The text by which a plan is kept. It holds definitions, not writes: who applies it becomes their writer. */
export function storePlan(plan: Plan): string {
  const stored: StoredPlan = { format: FORMAT, plan };
  return JSON.stringify(stored);
}

/** The plan of a text; null when the text is of another form. */
export function restorePlan(text: string): Plan | null {
  const { format, plan }: StoredPlan = JSON.parse(text);
  return format === FORMAT ? plan : null;
}
