// npm run assets -- apply FILE... or --plan ID: does what files or a plan say, all of it or nothing.
import { applyBatches, applyPlan } from "./applied.ts";
import { MOST } from "./batches.ts";
import type { CommandIo } from "../command-io.ts";
import { Refused } from "../deployment.ts";
import { askChanges, changeCount, type Change, type Changes } from "./changes.ts";
import {
  CHANGES,
  countOf,
  DONE,
  FAILED,
  oneOf,
  placeOf,
  readArguments,
  SHARED_HELP,
  type Command,
  type Place,
} from "./command.ts";
import { confirmed } from "./confirm.ts";
import { Mistake } from "./mistake.ts";
import { FORMATS, print, type Format } from "./output.ts";
import { planFiles, type Planned } from "./planned.ts";
import { painter } from "./terminal.ts";
import { shownChanges, summaryOf } from "./shown-changes.ts";

const OPTIONS = {
  plan: { type: "string" },
  prune: { type: "boolean", default: false },
  "max-delete": { type: "string" },
  "dry-run": { type: "boolean", default: false },
  reason: { type: "string" },
  batches: { type: "boolean", default: false },
  yes: { type: "boolean", short: "y", default: false },
  format: { type: "string", default: "table" },
} as const;

export const apply: Command = {
  summary: "make the namespace hold what files hold, all or nothing",
  help: `npm run --silent assets -- apply FILE... [--prune] [--max-delete N] [--dry-run] [--reason TEXT] [--yes]
npm run --silent assets -- apply --plan ID [--max-delete N] [--dry-run] [--reason TEXT] [--yes]

Plans the files (see plan --help), shows the plan, asks when it is run at a terminal, and does exactly what it showed, in
one transaction; when somebody wrote to the namespace in between, nothing is done. --plan does a plan made before.

  --plan ID          do this plan, which takes no files
  --prune            delete assets that are in no file
  --max-delete N     delete N assets at the most (default: a tenth of the namespace, or 3 where that is more)
  --dry-run          show what would be done, and do nothing
  --reason TEXT      why; kept in the history of every asset that changes
  --batches          more than ${MOST} definitions in several transactions: each is all or nothing, all of them are not
  --yes, -y          do not ask
  --format FORMAT    table (default), json or yaml
${SHARED_HELP}

Exit codes: 0 done or nothing to do, 2 changes are planned (--dry-run), 1 an error, or the answer was no.`,
  async run(args, io) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const { plan: id, prune, reason, yes } = values;
    const format = oneOf(values.format, FORMATS, "--format");
    const wish = { maxDelete: countOf(values["max-delete"]), reason };
    const dryRun = values["dry-run"];
    const place = placeOf(values, io);

    const { batches, changes } =
      id === undefined
        ? await planFiles(place, positionals, { prune, maxDelete: wish.maxDelete, kept: !dryRun })
        : await storedPlan(place, id, positionals, prune);
    if (dryRun || changeCount(changes) === 0) {
      print(io, format, { applied: false, ...changes }, () => shownChanges(changes, painter(io)));
      return changeCount(changes) === 0 ? DONE : CHANGES;
    }
    refuseSeveral(batches.length, values.batches);
    if (format === "table") io.stdout.write(shownChanges(changes, painter(io)));
    if (!yes && !(await confirmed(`${summaryOf(changes)}, in ${place.namespace}. Do it?`, io))) {
      io.stderr.write("Nothing was changed.\n");
      return FAILED;
    }
    const last =
      batches.length > 1
        ? await applyBatches(place, batches, wish)
        : await applyPlan(place, id ?? changes.plan ?? "", wish);
    report(io, format, changes, last);
    return DONE;
  },
};

/** What a plan made before says; the server does not do it yet. */
async function storedPlan(
  place: Place,
  id: string,
  paths: readonly string[],
  prune: boolean,
): Promise<Planned> {
  if (paths.length > 0 || prune) {
    throw new Mistake("--plan does what was planned, with no files and no --prune", "give one or the other");
  }
  const query = new URLSearchParams({ plan: id, dry_run: "true" });
  const changes = await askChanges(place, `apply?${query.toString()}`, null).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 409) throw new Mistake(`${error.said}: nothing was changed`, "run it again");
    if (error.status !== 404) throw error;
    throw new Mistake(`the namespace ${place.namespace} has no plan ${id}`, "plans last an hour; plan again");
  });
  return { batches: [], changes };
}

function refuseSeveral(batches: number, allowed: boolean): void {
  if (batches <= 1 || allowed) return;
  throw new Mistake(
    `this takes ${batches} transactions (one holds ${MOST} definitions or 8 MiB), so it could be done in part`,
    "say --batches if that is meant; nothing was changed",
  );
}

function report(io: CommandIo, format: Format, changes: Changes, last: number): void {
  const { create, update, delete: deleted, unchanged } = changes;
  const names = (list: readonly Change[]) => list.map(({ name }) => name);
  const done = { create: names(create), update: names(update), delete: names(deleted) };
  print(
    io,
    format,
    { applied: true, last, ...done, unchanged },
    () =>
      `Done: ${create.length} created, ${update.length} updated, ${deleted.length} deleted, ${unchanged.length} unchanged; revision ${last}\n`,
  );
}
