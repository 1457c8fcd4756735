/** A text and a position in it. */
export interface TextCursor {
  readonly text: string;
  at: number;
}

/** Consumes `text` if it comes next, and returns whether it does. */
export function take(cursor: TextCursor, text: string): boolean {
  if (!cursor.text.startsWith(text, cursor.at)) return false;
  cursor.at += text.length;
  return true;
}

/** Consumes what a sticky expression matches here, and returns whether it does. */
export function pass(cursor: TextCursor, shape: RegExp): boolean {
  shape.lastIndex = cursor.at;
  if (!shape.test(cursor.text)) return false;
  cursor.at = shape.lastIndex;
  return true;
}

/** Consumes what a sticky expression matches here, and returns the match with its groups. */
export function read(cursor: TextCursor, shape: RegExp): RegExpExecArray | null {
  shape.lastIndex = cursor.at;
  const found = shape.exec(cursor.text);
  cursor.at += found?.[0].length ?? 0;
  return found;
}

/** Consumes the next character; there must be one. */
export function readCodePoint(cursor: TextCursor): number {
  const code = cursor.text.codePointAt(cursor.at) ?? 0;
  cursor.at += code > 0xffff ? 2 : 1;
  return code;
}
