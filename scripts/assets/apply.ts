// npm run assets -- apply FILE... or --plan ID: does what files or a plan say, all of it or nothing.
import { applyBatches, applyPlan } from "./applied.ts";
import { MOST } from "./batches.ts";
import type { CommandIo } from "../command/io.ts";
import { ENVIRONMENT, Refused } from "../command/deployment.ts";
import { askChanges, changeCount, type Change, type Changes } from "./changes.ts";
import { command, FAILED } from "../command/command.ts";
import { flag, text } from "../command/options.ts";
import { CHANGES, DONE, namespaceOption, placeOf, type Place } from "./place.ts";
import { confirmed } from "../command/confirm.ts";
import { Mistake } from "../command/mistake.ts";
import { formatOption, print, type Format } from "../command/output.ts";
import { maxDeleteOption, planFiles, type Planned } from "./planned.ts";
import { painter } from "../command/terminal.ts";
import { shownChanges, summaryOf } from "./shown-changes.ts";

export const apply = command({
  name: "apply",
  summary: "make the namespace hold what files hold, all or nothing",
  details: `Plans the files (see plan --help), shows the plan, asks when it is run at a terminal, and does exactly what it showed,
in one transaction; when somebody wrote to the namespace in between, nothing is done. --plan does a plan made before.`,
  operands: ["[file...]"],
  options: {
    plan: text("--plan <id>", "do this plan, which takes no files"),
    prune: flag("--prune", "delete assets that are in no file"),
    maxDelete: maxDeleteOption,
    dryRun: flag("--dry-run", "show what would be done, and do nothing"),
    reason: text("--reason <text>", "why; kept in the history of every asset that changes"),
    batches: flag(
      "--batches",
      `more than ${MOST} definitions in several transactions: each is all or nothing, all of them are not`,
    ),
    yes: flag("-y, --yes", "do not ask"),
    namespace: namespaceOption,
    format: formatOption,
  },
  examples: [
    "npm run --silent assets -- apply assets.yaml",
    "npm run --silent assets -- apply assets/ --prune --yes --reason 'release 2'    # in a pipeline",
  ],
  exitCodes: {
    0: "done or nothing to do",
    1: "an error, or the answer was no",
    2: "changes are planned (--dry-run)",
  },
  environment: ENVIRONMENT,
  async run({ options, operands, io }) {
    const { plan: id, prune, reason, yes, dryRun, format } = options;
    const wish = { maxDelete: options.maxDelete, reason };
    const place = placeOf(options.namespace, io);

    const { batches, changes } =
      id === undefined
        ? await planFiles(place, operands, { prune, maxDelete: wish.maxDelete, kept: !dryRun })
        : await storedPlan(place, id, operands, prune);
    if (dryRun || changeCount(changes) === 0) {
      print(io, format, { applied: false, ...changes }, () => shownChanges(changes, painter(io)));
      return changeCount(changes) === 0 ? DONE : CHANGES;
    }
    refuseSeveral(batches.length, options.batches);
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
});

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
