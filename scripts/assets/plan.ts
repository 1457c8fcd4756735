// npm run assets -- plan FILE...: what files would change.
import { command } from "../command/command.ts";
import { ENVIRONMENT } from "../command/deployment.ts";
import { flag } from "../command/options.ts";
import { print } from "../command/output.ts";
import { painter } from "../command/terminal.ts";
import { changeCount } from "./changes.ts";
import { CHANGES, DONE, placeOf } from "./place.ts";
import { planFiles, type Planned } from "./planned.ts";
import { refuseContradictions, SET_OPTIONS } from "./set-options.ts";
import { shownPlans } from "./shown-changes.ts";
import { storedPlan } from "./stored-plan.ts";

/** What the help of `plan` and `apply` says of files. */
export const FILES = `A file is YAML (several documents), JSON, wrapped JSON, one JSON value after another, NDJSON, a folder of such files
(links are followed), an https URL, or - for standard input. Assets may be bare or as sensuctl writes them; other
resources are left out. Definitions go to the namespaces they name, each planned and applied by itself.`;

export const plan = command({
  name: "plan",
  summary: "what files would change",
  details: `Shows what namespaces would have to change to hold what the files hold: create, update and, with --prune, delete,
each with its difference and lint. Nothing is written; the plan's id applies it within the hour: apply --plan ID. Takes
what apply takes, so that a line can be tried with the one and done with the other.

${FILES}`,
  operands: ["[file...]"],
  options: {
    ...SET_OPTIONS,
    dryRun: flag("--dry-run", "nothing: a plan never writes"),
    yes: flag("-y, --yes", "nothing: a plan never asks"),
  },
  examples: [
    "npm run --silent assets -- plan assets.yaml",
    "npm run --silent assets -- plan assets/ --prune --managed-by ci --format json",
  ],
  exitCodes: { 0: "nothing to do", 1: "an error", 2: "changes are planned" },
  environment: ENVIRONMENT,
  async run({ options, operands, io }) {
    refuseContradictions(options, operands);
    const place = placeOf(options.namespace, io);
    const plans =
      options.plan === undefined
        ? await planFiles(place, operands, options, true)
        : [await storedPlan(place, options.plan)];
    print(
      io,
      options.format,
      forPrograms(plans.map(({ place: { namespace }, changes }) => ({ namespace, ...changes }))),
      () => shownPlans(plans, painter(io)) + nextSteps(plans, options.plan !== undefined),
    );
    return plans.every(({ changes }) => changeCount(changes) === 0) ? DONE : CHANGES;
  },
});

/** What programs get: one object for one namespace, a list of them for several. */
export function forPrograms<Value>(each: readonly Value[]): Value | readonly Value[] {
  const [only] = each;
  return each.length === 1 && only !== undefined ? only : each;
}

function nextSteps(plans: readonly Planned[], isStored: boolean): string {
  return plans
    .filter(({ changes }) => changeCount(changes) > 0 && !isStored)
    .map(({ place: { namespace }, batches, changes }) => {
      if (batches.length > 1)
        return `More than one transaction takes: apply it with --batches, ${batches.length} of them\n`;
      const where = namespace === "default" ? "" : ` --namespace ${namespace}`;
      return `Within the hour, apply exactly this: npm run assets -- apply --plan ${changes.plan ?? ""}${where}\n`;
    })
    .join("");
}
