// Changes as people read them: what happens to which asset, line by line, with what lint says of it.
import { changeCount, type Change, type Changes } from "./changes.ts";
import type { Planned } from "./planned.ts";
import { counted, paintedLine, printable, type Colour, type Paint } from "../command/terminal.ts";

/** Every change with its difference and lint, and a line that counts them. */
export function shownChanges(changes: Changes, paint: Paint): string {
  const lines = [
    ...changes.create.flatMap((change) => shown("+ create", "green", change, paint)),
    ...changes.update.flatMap((change) => shown("~ update", "yellow", change, paint)),
    ...changes.delete.flatMap((change) => shown("- delete", "red", change, paint)),
  ];
  const leftOutLine = changes.truncated ? ["Differences of more than 1 MiB are left out"] : [];
  return `${[...lines, ...leftOutLine, summaryOf(changes)].join("\n")}\n`;
}

/** Plans one after the other, under the name of its namespace where there are several. */
export function shownPlans(plans: readonly Planned[], paint: Paint): string {
  return plans
    .map(({ place: { namespace }, changes }) => {
      const title = plans.length === 1 ? "" : `${paint("bold", `namespace ${namespace}`)}\n`;
      return title + shownChanges(changes, paint);
    })
    .join("");
}

/** `2 to create, 1 to update, 0 to delete, 40 unchanged; 3 lint findings`. */
export function summaryOf(changes: Changes): string {
  const { create, update, unchanged, delete: deleted } = changes;
  const findings = [...create, ...update].reduce((sum, { lint }) => sum + lint.length, 0);
  const lint = findings === 0 ? "" : `; ${counted(findings, "lint finding")}`;
  if (changeCount(changes) === 0) return `Nothing to do: ${counted(unchanged.length, "asset")} unchanged`;
  return `${create.length} to create, ${update.length} to update, ${deleted.length} to delete, ${unchanged.length} unchanged${lint}`;
}

function shown(verb: string, colour: Colour, { name, lines, lint }: Change, paint: Paint): string[] {
  return [
    paint(colour, `${verb} ${name}`),
    ...lines.map((line) => `    ${paintedLine(line, paint)}`),
    ...lint.map(({ rule, where, message }) =>
      paint("yellow", `    ! ${where === "" ? "" : `${where}: `}${message} (${rule})`),
    ),
  ];
}

/** What was left out of the files, if anything was. */
export function leftOut(others: ReadonlyMap<string, number>): string {
  const types = [...others].map(([type, count]) => `${count} ${printable(type)}`);
  return types.length === 0 ? "" : `Left out, since they are no assets: ${types.join(", ")}\n`;
}
