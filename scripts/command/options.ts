// The options of a command, and how the text of each becomes a value.
import { nearestName } from "../../src/lib/nearest-name.ts";
import { Mistake } from "./mistake.ts";
import { quoted } from "./terminal.ts";

/** One option: how it is written (`--port <n>`), what it is for, and how what was given becomes its value. */
export interface Option<Value> {
  readonly flags: string;
  readonly help: string;
  /** Reads the text after the option; `true` for an option without one, undefined where it was not given. */
  readonly read: (given: string | true | undefined, flag: string) => Value;
}

/** The options of a command by the names under which it reads them. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of options. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer Value> ? Value : never;
};

/** A switch: false unless it is given. */
export function flag(flags: string, help: string): Option<boolean> {
  return { flags, help, read: (given) => given === true };
}

/** A text; undefined where it was not given. */
export function text(flags: string, help: string): Option<string | undefined> {
  return value(flags, help, (given) => given);
}

/** A text with a default. */
export function textOr(flags: string, help: string, fallback: string): Option<string> {
  return valueOr(flags, help, (given) => given, fallback);
}

/** A value that `parse` makes of a text, or throws a mistake; undefined where it was not given. */
export function value<Value>(flags: string, help: string, parse: Parse<Value>): Option<Value | undefined> {
  return {
    flags,
    help,
    read: (given, name) => (typeof given === "string" ? parse(given, name) : undefined),
  };
}

/** The same with a default, in the form in which it would be typed. */
export function valueOr<Value>(
  flags: string,
  help: string,
  parse: Parse<Value>,
  fallback: string,
): Option<Value> {
  return {
    flags,
    help: `${help} (default: ${fallback})`,
    read: (given, name) => parse(typeof given === "string" ? given : fallback, name),
  };
}

/** One word of a few. */
export function choice<const Word extends string>(
  flags: string,
  help: string,
  words: readonly Word[],
  fallback: NoInfer<Word>,
): Option<Word> {
  return valueOr(flags, `${help}: ${words.join(", ")}`, wordOf(words), fallback);
}

/** Makes a value of the text after an option; throws a mistake that names the option. */
export type Parse<Value> = (text: string, flag: string) => Value;

/** Reads one word of a few; letter case counts. */
export function wordOf<const Word extends string>(words: readonly Word[]): Parse<Word> {
  return (given, name) => {
    const found = words.find((word) => word === given);
    if (found !== undefined) return found;
    const nearest = nearestName(given, words);
    const hint = nearest === null ? "" : `did you mean ${nearest}? `;
    throw new Mistake(`${name} ${quoted(given)} is not known`, `${hint}use ${words.join(", ")}`);
  };
}

/** Reads a whole number within bounds. */
export function wholeNumber(least: number, most: number): Parse<number> {
  return (given, name) => {
    const number = /^\d{1,15}$/.test(given) ? Number(given) : NaN;
    if (number >= least && number <= most) return number;
    throw new Mistake(
      `${name} ${quoted(given)} is not a whole number from ${least} to ${most}`,
      `as in ${name} ${least}`,
    );
  };
}

/** Reads whole numbers with commas between them. */
export function wholeNumbers(least: number, most: number): Parse<number[]> {
  const one = wholeNumber(least, most);
  return (given, name) => given.split(",").map((each) => one(each, name));
}

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Reads `90s`, `15m`, `12h` or `30d` as seconds, at least so many. */
export function duration(least: 0 | 1): Parse<number> {
  return (given, name) => {
    const match = /^(\d{1,9})([smhd])$/.exec(given);
    const unit = Object.entries(UNITS).find(([letter]) => letter === match?.[2])?.[1];
    const seconds = Number(match?.[1]) * (unit ?? NaN);
    if (seconds >= least) return seconds;
    throw new Mistake(
      `${name} ${quoted(given)} is not a duration`,
      `use a number${least > 0 ? " from 1 on" : ""} and s, m, h or d, as in 90d`,
    );
  };
}
