// How commands write for people: colours where they are wanted, nothing that could drive the terminal.
import { styleText } from "node:util";

/** Colours of a line of a difference; Node leaves them out where standard output is no terminal or NO_COLOR is set. */
export function colouredLine(line: string): string {
  const shown = printable(line);
  if (line.startsWith("+")) return styleText("green", shown);
  return line.startsWith("-") ? styleText("red", shown) : shown;
}

export function coloured(colour: "green" | "yellow" | "red" | "bold", text: string): string {
  return styleText(colour, printable(text));
}

/** The text with control and direction characters spelled out: names and reasons are written by others. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `1 asset`, `2 assets`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
