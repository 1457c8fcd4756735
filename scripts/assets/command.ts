// What a subcommand of `npm run assets` is, and how its arguments and its answer are read.
import { parseArgs, type ParseArgsConfig } from "node:util";
import type { CommandIo, Run } from "../command-io.ts";
import { deploymentOf, type Deployment } from "../deployment.ts";
import { Mistake } from "./mistake.ts";

/** What CI decides by. */
export const DONE = 0;
export const FAILED = 1;
export const CHANGES = 2;

/** A subcommand: its help, and what it does with the arguments after its name; it resolves to the exit code. */
export interface Command {
  readonly summary: string;
  readonly help: string;
  readonly run: Run;
}

/** Where a command works: a deployment, one of its namespaces, and the streams it reads and writes. */
export interface Place {
  readonly deployment: Deployment;
  readonly namespace: string;
  readonly io: CommandIo;
}

const SHARED = {
  namespace: { type: "string", default: "default" },
  help: { type: "boolean", short: "h" },
} as const;

/** The part of every help that is the same. */
export const SHARED_HELP = `  --namespace NAME   the namespace to work in (default: default)
  -h, --help         this text

Environment: SENSU_API_URL says where (default http://127.0.0.1:8080); SENSU_TOKEN or SENSU_API_KEY says who asks.`;

/** The arguments of a command by its options, or a mistake that points at its help. */
export function readArguments<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { ...SHARED, ...options } });
  } catch (error) {
    throw new Mistake(error instanceof Error ? error.message : String(error), "--help lists the options");
  }
}

export function placeOf({ namespace }: { readonly namespace: string }, io: CommandIo): Place {
  if (!/^[\w.\-:]+$/.test(namespace)) {
    throw new Mistake(
      `--namespace "${namespace}" is no namespace's name`,
      "use letters, digits, _ . - and :",
    );
  }
  return { deployment: deploymentOf(io.environment), namespace, io };
}

/** The path of a namespace under Sensu's API or ours. */
export function pathOf({ namespace }: Place, api: "core/v2" | "edge/v1"): string {
  return `/api/${api}/namespaces/${encodeURIComponent(namespace)}`;
}

/** The one name that a command is about. */
export function onlyName(positionals: readonly string[]): string {
  const [name, more] = positionals;
  if (name === undefined || name === "") throw new Mistake("which asset?", "give its name");
  if (more !== undefined) throw new Mistake(`one asset at a time; "${more}" is too many`, "give one name");
  return name;
}

/** A revision's number. */
export function readRevision(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Mistake(`${option} "${text}" is no revision`, "`history NAME` lists them");
}

/** How many assets `--max-delete` lets go; undefined when it is not given. */
export function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Mistake(`--max-delete "${text}" is no number`, "say how many assets may go");
}

/** One of the words that an option may be. */
export function oneOf<const Word extends string>(text: string, words: readonly Word[], option: string): Word {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new Mistake(`${option} "${text}" is not known`, `use ${words.join(", ")}`);
  return found;
}
