// npm run assets -- apply FILE... or --plan ID: does what files or a plan say, all of it or nothing in each namespace.
import { command, FAILED, messageOf } from "../command/command.ts";
import { confirmed } from "../command/confirm.ts";
import { ENVIRONMENT } from "../command/deployment.ts";
import { Mistake } from "../command/mistake.ts";
import { flag } from "../command/options.ts";
import { print } from "../command/output.ts";
import { painter } from "../command/terminal.ts";
import { applyBatches, applyPlan, type Wish } from "./applied.ts";
import { MOST } from "./batches.ts";
import { changeCount, type Change } from "./changes.ts";
import { CHANGES, DONE, placeOf } from "./place.ts";
import { FILES, forPrograms } from "./plan.ts";
import { planFiles, type Planned } from "./planned.ts";
import { refuseContradictions, SET_OPTIONS } from "./set-options.ts";
import { shownPlans, summaryOf } from "./shown-changes.ts";
import { storedPlan } from "./stored-plan.ts";

export const apply = command({
  name: "apply",
  summary: "make namespaces hold what files hold, each all or nothing",
  details: `Plans the files (see plan --help), shows the plan, asks, and does exactly what it showed, each namespace in one
transaction; when somebody wrote to a namespace in between, nothing is done there. --plan does a plan made before.

${FILES}`,
  operands: ["[file...]"],
  options: {
    ...SET_OPTIONS,
    dryRun: flag("--dry-run", "show what would be done, and do nothing"),
    yes: flag("-y, --yes", "do not ask; needed where there is no terminal"),
  },
  examples: [
    "npm run --silent assets -- apply assets.yaml",
    "npm run --silent assets -- apply assets/ --prune --managed-by ci --yes --reason 'release 2'    # in a pipeline",
  ],
  exitCodes: {
    0: "done or nothing to do",
    1: "an error, or the answer was no",
    2: "changes are planned (--dry-run)",
  },
  environment: ENVIRONMENT,
  async run({ options, operands, io }) {
    refuseContradictions(options, operands);
    const { format, dryRun } = options;
    const place = placeOf(options.namespace, io);
    const plans =
      options.plan === undefined
        ? await planFiles(place, operands, options, !dryRun)
        : [await storedPlan(place, options.plan)];
    const changed = plans.filter(({ changes }) => changeCount(changes) > 0);
    if (dryRun || changed.length === 0) {
      const values = plans.map(({ place: { namespace }, changes }) => ({
        namespace,
        applied: false,
        ...changes,
      }));
      print(io, format, forPrograms(values), () => shownPlans(plans, painter(io)));
      return changed.length === 0 ? DONE : CHANGES;
    }
    refuseSeveral(changed, options.batches);
    if (format === "table") io.stdout.write(shownPlans(plans, painter(io)));
    const question = changed
      .map((each) => `${summaryOf(each.changes)}, in ${each.place.namespace}`)
      .join("; ");
    if (!options.yes && !(await confirmed(`${question}. Do it?`, io))) {
      io.stderr.write("Nothing was changed.\n");
      return FAILED;
    }
    const done = await applyAll(plans, options);
    print(io, format, forPrograms(done), () => done.map((each) => doneLine(each, done.length)).join(""));
    return DONE;
  },
});

/** What was done in a namespace. */
interface Done {
  readonly namespace: string;
  readonly applied: boolean;
  /** The last revision written; null where nothing was to do. */
  readonly last: number | null;
  readonly create: readonly string[];
  readonly update: readonly string[];
  readonly delete: readonly string[];
  readonly unchanged: readonly string[];
}

/** Applies one namespace after the other; what stops it says how far it came, and doing it again goes on from there. */
async function applyAll(plans: readonly Planned[], wish: Wish): Promise<Done[]> {
  const done: Done[] = [];
  for (const each of plans) {
    const last = await applyOne(each, wish).catch((error: unknown) => {
      if (plans.length === 1) throw error;
      const before =
        done.length === 0
          ? "no namespace was changed"
          : `done: ${done.map(({ namespace }) => namespace).join(", ")}`;
      throw new Mistake(
        `namespace ${each.place.namespace}: ${messageOf(error)}; ${before}`,
        "the same command goes on from there",
      );
    });
    const { create, update, delete: deleted, unchanged } = each.changes;
    const names = (list: readonly Change[]) => list.map(({ name }) => name);
    done.push({
      namespace: each.place.namespace,
      applied: last !== null,
      last,
      create: names(create),
      update: names(update),
      delete: names(deleted),
      unchanged,
    });
  }
  return done;
}

async function applyOne({ place, batches, changes }: Planned, wish: Wish): Promise<number | null> {
  if (changeCount(changes) === 0) return null;
  return batches.length > 1 ? applyBatches(place, batches, wish) : applyPlan(place, changes.plan ?? "", wish);
}

function doneLine({ namespace, last, create, update, delete: deleted, unchanged }: Done, of: number): string {
  const where = of === 1 ? "" : `${namespace}: `;
  if (last === null) return `${where}nothing to do\n`;
  return `${where}Done: ${create.length} created, ${update.length} updated, ${deleted.length} deleted, ${unchanged.length} unchanged; revision ${last}\n`;
}

function refuseSeveral(plans: readonly Planned[], allowed: boolean): void {
  const most = Math.max(...plans.map(({ batches }) => batches.length));
  if (most <= 1 || allowed) return;
  throw new Mistake(
    `this takes ${most} transactions (one holds ${MOST} definitions or 8 MiB), so it could be done in part`,
    "say --batches if that is meant; nothing was changed",
  );
}
