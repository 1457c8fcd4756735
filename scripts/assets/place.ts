// Where a subcommand of `npm run assets` works, and what several of them are given.
import { deploymentOf, type Deployment } from "../command/deployment.ts";
import type { CommandIo } from "../command/io.ts";
import { Mistake } from "../command/mistake.ts";
import { quoted } from "../command/terminal.ts";
import { valueOr } from "../command/options.ts";

/** What CI decides by. */
export const DONE = 0;
export const CHANGES = 2;

/** A deployment, one of its namespaces, and the streams that are read and written. */
export interface Place {
  readonly deployment: Deployment;
  readonly namespace: string;
  readonly io: CommandIo;
}

/** The option that names the namespace. */
export const namespaceOption = valueOr(
  "--namespace <name>",
  "the namespace to work in",
  readNamespace,
  "default",
);

/** Reads the name of a namespace, or throws a mistake. */
export function readNamespace(name: string, flag: string): string {
  if (name.length <= 128 && /^[\w.\-:]+$/.test(name) && name !== "." && name !== "..") return name;
  throw new Mistake(
    `${flag} ${quoted(name)} is no namespace's name`,
    "use at most 128 letters, digits, _ . - and :",
  );
}

export function placeOf(namespace: string, io: CommandIo): Place {
  return { deployment: deploymentOf(io.environment), namespace, io };
}

/** The path of a namespace under Sensu's API or ours. */
export function pathOf({ namespace }: Place, api: "core/v2" | "edge/v1"): string {
  return `/api/${api}/namespaces/${encodeURIComponent(namespace)}`;
}

/** The one name that a command is about. */
export function onlyName([name = ""]: readonly string[]): string {
  if (name !== "" && name !== "." && name !== "..") return name;
  throw new Mistake(`${quoted(name)} is no asset's name`, "`dump` lists the assets there are");
}

/** Reads the number of a revision. */
export function revisionNumber(given: string, flag: string): number {
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new Mistake(`${flag} ${quoted(given)} is no revision`, "`history NAME` lists them");
}
