// npm run assets -- plan FILE...: what files would change.
import { changeCount, type Changes } from "./changes.ts";
import { command } from "../command/command.ts";
import { ENVIRONMENT } from "../command/deployment.ts";
import { flag } from "../command/options.ts";
import { CHANGES, DONE, namespaceOption, placeOf } from "./place.ts";
import { formatOption, print } from "../command/output.ts";
import { maxDeleteOption, planFiles } from "./planned.ts";
import { painter } from "../command/terminal.ts";
import { shownChanges } from "./shown-changes.ts";

export const plan = command({
  name: "plan",
  summary: "what files would change",
  details: `Shows what a namespace would have to change to hold what the files hold: create, update and, with --prune, delete,
each with its difference and lint. Nothing is written; the plan's id applies it within the hour: apply --plan ID.

A file is YAML (several documents), JSON, wrapped JSON, one JSON value after another, NDJSON, a folder of such files,
or - for standard input. Assets may be bare or as sensuctl writes them; other resources are left out.`,
  operands: ["[file...]"],
  options: {
    prune: flag("--prune", "delete assets that are in no file"),
    maxDelete: maxDeleteOption,
    namespace: namespaceOption,
    format: formatOption,
  },
  examples: [
    "npm run --silent assets -- plan assets.yaml",
    "npm run --silent assets -- plan assets/ --prune --format json",
  ],
  exitCodes: { 0: "nothing to do", 1: "an error", 2: "changes are planned" },
  environment: ENVIRONMENT,
  async run({ options: { prune, maxDelete, namespace, format }, operands, io }) {
    const place = placeOf(namespace, io);
    const { changes, batches } = await planFiles(place, operands, { prune, maxDelete, kept: true });
    print(
      io,
      format,
      changes,
      () => shownChanges(changes, painter(io)) + nextStep(changes, batches.length, place.namespace),
    );
    return changeCount(changes) === 0 ? DONE : CHANGES;
  },
});

function nextStep(changes: Changes, batches: number, namespace: string): string {
  if (changeCount(changes) === 0) return "";
  if (batches > 1) return `More than one transaction takes: apply it with --batches, ${batches} of them\n`;
  const where = namespace === "default" ? "" : ` --namespace ${namespace}`;
  return `Within the hour, apply exactly this: npm run assets -- apply --plan ${changes.plan ?? ""}${where}\n`;
}
