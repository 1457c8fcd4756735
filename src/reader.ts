/** A place in a text. */
export interface Reader {
  readonly text: string;
  at: number;
}

/** Takes this text, if it is what comes next. */
export function take(reader: Reader, text: string): boolean {
  if (!reader.text.startsWith(text, reader.at)) return false;
  reader.at += text.length;
  return true;
}

/** Takes what a sticky expression matches next; whether it does. */
export function pass(reader: Reader, shape: RegExp): boolean {
  shape.lastIndex = reader.at;
  if (!shape.test(reader.text)) return false;
  reader.at = shape.lastIndex;
  return true;
}

/** The same, with its groups. */
export function read(reader: Reader, shape: RegExp): RegExpExecArray | null {
  shape.lastIndex = reader.at;
  const found = shape.exec(reader.text);
  reader.at += found?.[0].length ?? 0;
  return found;
}

/** Takes the next character; there must be one. */
export function readCodePoint(reader: Reader): number {
  const code = reader.text.codePointAt(reader.at) ?? 0;
  reader.at += code > 0xffff ? 2 : 1;
  return code;
}
