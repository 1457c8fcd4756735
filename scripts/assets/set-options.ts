// The options that `plan` and `apply` share, so that a plan is applied with the same line.
import { Mistake } from "../command/mistake.ts";
import { flag, text, value, wholeNumber, type Values } from "../command/options.ts";
import { formatOption } from "../command/output.ts";
import { quoted } from "../command/terminal.ts";
import { MOST } from "./batches.ts";
import { namespaceOption, readNamespace } from "./place.ts";

export const SET_OPTIONS = {
  plan: text("--plan <id>", "a plan made before, which takes no files"),
  namespace: { ...namespaceOption, help: "the namespace of definitions that name none (default: default)" },
  into: value("--into <name>", "the namespace of all definitions, whatever they name", readNamespace),
  prune: flag("--prune", "delete assets that are in no file, in each namespace that the files name"),
  labelSelector: text("--label-selector <selector>", "with --prune, consider only assets with these labels"),
  managedBy: value(
    "--managed-by <name>",
    "label the assets as managed by this name, and with --prune consider only those so labelled",
    readManager,
  ),
  maxDelete: value(
    "--max-delete <n>",
    "delete at most so many assets (default: a tenth of the namespace, or 3 where that is more)",
    wholeNumber(0, 999_999_999),
  ),
  strict: flag("--strict", "refuse definitions with lint findings, such as a misspelt member"),
  reason: text("--reason <text>", "why; kept in the history of every asset that changes"),
  batches: flag(
    "--batches",
    `more than ${MOST} definitions in several transactions: each is all or nothing, all of them are not`,
  ),
  format: formatOption,
};

/** How a set is planned. */
export type Planning = Pick<
  Values<typeof SET_OPTIONS>,
  "prune" | "maxDelete" | "labelSelector" | "managedBy" | "into" | "strict"
>;

/** Throws a mistake where options do not go together. */
export function refuseContradictions(options: Values<typeof SET_OPTIONS>, files: readonly string[]): void {
  const { plan, prune, labelSelector, managedBy, into, batches, strict } = options;
  const withPlan =
    files.length > 0 ||
    prune ||
    batches ||
    strict ||
    [labelSelector, managedBy, into].some((each) => each !== undefined);
  if (plan !== undefined && withPlan) {
    throw new Mistake("--plan does what was planned, with no files and no --prune", "give one or the other");
  }
  if (labelSelector !== undefined && !prune)
    throw new Mistake("--label-selector bounds --prune, which is not given", "leave it out, or say --prune");
}

function readManager(name: string, option: string): string {
  if (/^[\w.:/@-]{1,255}$/.test(name)) return name;
  throw new Mistake(
    `${option} ${quoted(name)} is no name`,
    "use at most 255 letters, digits and _ . : / @ -",
  );
}
