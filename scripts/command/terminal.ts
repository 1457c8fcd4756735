// How commands write for people: colours where they are wanted, nothing that could drive the terminal.
import { styleText } from "node:util";
import type { CommandIo } from "./io.ts";

export type Colour = "green" | "yellow" | "red" | "bold";

/** Makes a text printable, in a colour. */
export type Paint = (colour: Colour, text: string) => string;

/** Colours where they are wanted; text that is only printable elsewhere. */
export function painter({ colours }: CommandIo): Paint {
  if (!colours) return (_, text) => printable(text);
  return (colour, text) => styleText(colour, printable(text), { validateStream: false });
}

/** A line of a difference, in the colour of its sign. */
export function paintedLine(line: string, paint: Paint): string {
  if (line.startsWith("+")) return paint("green", line);
  return line.startsWith("-") ? paint("red", line) : printable(line);
}

/** The text with control and direction characters spelled out: names and reasons are written by others. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A text that somebody gave, in quotes and on one line. */
export function quoted(text: string): string {
  return `"${printable(text)}"`;
}

/** `1 asset`, `2 assets`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
