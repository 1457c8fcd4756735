// npm run assets -- plan FILE...: what files would change.
import { changeCount, type Changes } from "./changes.ts";
import {
  CHANGES,
  countOf,
  DONE,
  oneOf,
  placeOf,
  readArguments,
  SHARED_HELP,
  type Command,
} from "./command.ts";
import { FORMATS, print } from "./output.ts";
import { planFiles } from "./planned.ts";
import { painter } from "./terminal.ts";
import { shownChanges } from "./shown-changes.ts";

export const plan: Command = {
  summary: "what files would change",
  help: `npm run --silent assets -- plan FILE... [--prune] [--max-delete N] [--format table|json|yaml]

Shows what a namespace would have to change to hold what the files hold: create, update and, with --prune, delete, each
with its difference and lint. Nothing is written; the plan's id applies it within the hour: apply --plan ID.

FILE is YAML (several documents), JSON, wrapped JSON, one JSON value after another, NDJSON, a folder of such files, or -
for standard input. Assets may be bare or as sensuctl writes them; other resources are left out.

  --prune            assets that are in no file are to be deleted
  --max-delete N     delete N assets at the most (default: a tenth of the namespace, or 3 where that is more)
  --format FORMAT    table (default), json or yaml
${SHARED_HELP}

Exit codes: 0 nothing to do, 2 changes are planned, 1 an error.`,
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      prune: { type: "boolean", default: false },
      "max-delete": { type: "string" },
      format: { type: "string", default: "table" },
    });
    const format = oneOf(values.format, FORMATS, "--format");
    const place = placeOf(values, io);
    const { changes, batches } = await planFiles(place, positionals, {
      prune: values.prune,
      maxDelete: countOf(values["max-delete"]),
      kept: true,
    });
    print(
      io,
      format,
      changes,
      () => shownChanges(changes, painter(io)) + nextStep(changes, batches.length, place.namespace),
    );
    return changeCount(changes) === 0 ? DONE : CHANGES;
  },
};

function nextStep(changes: Changes, batches: number, namespace: string): string {
  if (changeCount(changes) === 0) return "";
  if (batches > 1) return `More than one transaction takes: apply it with --batches, ${batches} of them\n`;
  const where = namespace === "default" ? "" : ` --namespace ${namespace}`;
  return `Within the hour, apply exactly this: npm run assets -- apply --plan ${changes.plan ?? ""}${where}\n`;
}
