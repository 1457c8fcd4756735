// Commands as commander runs them: help, options and operands in one form for all, and an error as one line.
import { Command as Program, CommanderError, Option as ProgramOption } from "commander";
import type { CommandIo, Run } from "./io.ts";
import { Mistake } from "./mistake.ts";
import type { Option, Options, Values } from "./options.ts";
import { printable, quoted } from "./terminal.ts";

/** What a command is run with. */
export interface Given<O extends Options> {
  readonly options: Values<O>;
  /** What was typed beside the options, in its order. */
  readonly operands: readonly string[];
  readonly io: CommandIo;
}

/** A command: what its help says of it, and what it does. `run` resolves to the exit code. */
export interface CommandDescription<O extends Options> {
  /** How it is called: `npm run --silent token --`, or the name under which a group has it. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What else there is to know of it. */
  readonly details?: string;
  /** Operands as they stand in the usage: `<name>`, `[name]`, `[file...]`. */
  readonly operands?: readonly string[];
  readonly options: O;
  /** Whole lines that can be typed. */
  readonly examples: readonly string[];
  readonly exitCodes: Readonly<Record<number, string>>;
  readonly environment?: string;
  /** What to do about an operand too many; null where nothing better than `--help` is known. */
  readonly remedyFor?: (operand: string) => string | null;
  readonly run: (given: Given<O>) => Promise<number>;
}

/** A command that is ready to be run or to join a group. */
export interface Command {
  readonly summary: string;
  readonly program: (io: CommandIo, ended: (code: number) => void) => Program;
}

/** The exit code of whatever was not done. */
export const FAILED = 1;
/** Exit codes of a command that can only succeed or fail. */
export const DONE_OR_FAILED = { 0: "done", 1: "an error" };

/** Help is as wide as this, whatever the terminal. */
const WIDTH = 120;

/** Makes a command of its description. */
export function command<const O extends Options>(description: CommandDescription<O>): Command {
  const { name, summary, operands = [], options } = description;
  return {
    summary,
    program(io, ended) {
      const program = prepared(new Program(name), description, io);
      for (const operand of operands) program.argument(operand);
      const names = new Map<string, string>();
      for (const [key, option] of Object.entries(options)) {
        const declared = declaredOption(option);
        names.set(key, declared.attributeName());
        program.addOption(declared);
      }
      // commander says how many are too many, and not which.
      program.allowExcessArguments();
      return program.action(async () => {
        refuseSwallowed(options, io.environment);
        refuseExcess(program.args, description);
        const given = program.opts<Record<string, readonly string[] | true | undefined>>();
        const values = Object.entries(options).map(([key, option]) => [
          key,
          option.read(onlyOne(given[names.get(key) ?? ""], option), longName(option)),
        ]);
        ended(
          await description.run({
            options: Object.fromEntries(values) as Values<O>,
            operands: program.args,
            io,
          }),
        );
      });
    },
  };
}

/** What a group of commands says of itself. */
export interface GroupDescription {
  /** How it is called: `npm run --silent keys --`. */
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly exitCodes: Readonly<Record<number, string>>;
  readonly environment?: string;
}

/** Makes one command of several, which are its subcommands. */
export function group(description: GroupDescription, commands: readonly Command[]): Command {
  return {
    summary: description.summary,
    program(io, ended) {
      const program = prepared(new Program(description.name), description, io);
      for (const each of commands) program.addCommand(each.program(io, ended));
      return program;
    },
  };
}

/** Runs a command. An error is a line on standard error and exit code 1, never a stack trace. */
export function runOf({ program: programOf }: Command): Run {
  return async (args, io) => {
    let code = 0;
    const program = programOf(io, (ended) => {
      code = ended;
    });
    try {
      await program.parseAsync([...args], { from: "user" });
      return code;
    } catch (error) {
      if (error instanceof CommanderError && error.exitCode === 0) return 0;
      io.stderr.write(`${error instanceof CommanderError ? lineOf(error, program) : messageOf(error)}\n`);
      return FAILED;
    }
  };
}

/** What an error says, without what could drive the terminal: servers and files are quoted in it. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n").map(printable).join("\n");
}

function prepared(
  program: Program,
  description: GroupDescription & { readonly details?: string },
  { stdout }: CommandIo,
): Program {
  const { summary, details } = description;
  return program
    .summary(summary)
    .description(details === undefined ? sentence(summary) : `${sentence(summary)}\n\n${details}`)
    .helpOption("-h, --help", "show this text")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => WIDTH,
    })
    .addHelpText("after", afterOptions(description));
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function afterOptions({ examples, exitCodes, environment }: GroupDescription): string {
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `${code} ${meaning}`);
  const parts = [
    `Examples:\n${examples.map((example) => `  ${example}`).join("\n")}`,
    ...(environment === undefined ? [] : [`Environment:\n${environment}`]),
    `Exit codes: ${codes.join(", ")}`,
  ];
  return `\n${parts.join("\n\n")}`;
}

/** Texts are collected, so that one that is given twice is seen. */
function declaredOption({ flags, help }: Option<unknown>): ProgramOption {
  const declared = new ProgramOption(flags, help);
  if (!declared.required) return declared;
  return declared.argParser((given: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    given,
  ]);
}

function longName({ flags }: Option<unknown>): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}

function onlyOne(
  given: readonly string[] | true | undefined,
  option: Option<unknown>,
): string | true | undefined {
  if (given === undefined || given === true) return given;
  const [only = "", second] = given;
  if (second !== undefined) throw new Mistake(`${longName(option)} is given twice`, "give it once");
  if (only === "")
    throw new Mistake(`${longName(option)} is empty`, "give it a value; is a variable not set?");
  return only;
}

/** Options of ours that npm also has, with a meaning of its own that its users may have set for good. */
const ALSO_NPM = new Set(["--yes", "--location", "--json", "--only"]);

/** Without `--` before them npm keeps options for itself: `npm run deploy --dry-run` would deploy. */
function refuseSwallowed(options: Options, environment: CommandIo["environment"]): void {
  for (const name of Object.values(options).map(longName)) {
    const variable = `npm_config_${name.slice(2).replaceAll("-", "_")}`;
    if (ALSO_NPM.has(name) || environment[variable] === undefined) continue;
    const script = environment["npm_lifecycle_event"] ?? "start";
    throw new Mistake(
      `npm kept ${name} for itself`,
      `put -- before it: npm ${script === "start" ? "start" : `run ${script}`} -- ${name}`,
    );
  }
}

function refuseExcess<O extends Options>(
  given: readonly string[],
  { operands = [], remedyFor }: CommandDescription<O>,
): void {
  if (operands.at(-1)?.includes("...") === true) return;
  const excess = given[operands.length];
  if (excess === undefined) return;
  throw new Mistake(
    `the argument ${quoted(excess)} is one too many`,
    remedyFor?.(excess) ?? "--help shows what there is",
  );
}

/** commander's complaint on one line, with what to do where it leaves that out. */
function lineOf({ code, message }: CommanderError, program: Program): string {
  const names = program.commands.map((each) => each.name()).join(", ");
  if (code === "commander.help") return `which command? ${names}; --help shows more`;
  const line = printable(message.replace(/^error: /, "").replaceAll("\n", " "));
  if (line.includes("Did you mean")) return line;
  return `${line}; ${code === "commander.unknownCommand" ? `there are ${names}` : "--help shows what there is"}`;
}
