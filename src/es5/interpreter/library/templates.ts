import type { Match } from "../../regexp/match.ts";
import { spend, type Interpreter } from "../interpreter.ts";
import { groupText } from "./patterns.ts";

/** A part of a replacement text: literal characters, or a function that takes them from the text and the match. */
export type Piece = string | ((text: string, match: Match) => string);

const REFERENCE = /\$(?:([$&'`])|([1-9]|0[1-9]))/g;
/** Work of reading a reference. */
const REFERENCE_WORK = 16;

/** Reads `$1` and its like. A group that does not exist is empty, as in otto; ES5 would leave the text. */
export function readTemplate(interpreter: Interpreter, template: string): Piece[] {
  const pieces: Piece[] = [];
  let last = 0;
  for (const { 0: reference, 1: sign, 2: group, index } of template.matchAll(REFERENCE)) {
    spend(interpreter, REFERENCE_WORK);
    if (index > last) pieces.push(template.slice(last, index));
    pieces.push(pieceOf(sign ?? "", Number(group)));
    last = index + reference.length;
  }
  if (last < template.length) pieces.push(template.slice(last));
  return pieces;
}

function pieceOf(sign: string, group: number): Piece {
  switch (sign) {
    case "$":
      return "$";
    case "`":
      return (text, [start]) => text.slice(0, start);
    case "'":
      return (text, [, end]) => text.slice(end);
    case "&":
      return (text, match) => groupText(text, match, 0) ?? "";
    default:
      return (text, match) => groupText(text, match, group) ?? "";
  }
}
