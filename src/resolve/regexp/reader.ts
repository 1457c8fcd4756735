/** A place in a pattern. */
export interface Reader {
  readonly text: string;
  at: number;
}

/** What Go says of a pattern it cannot read, without its leading `error parsing regexp: `. */
export function patternError(complaint: string, about: string): SyntaxError {
  return new SyntaxError(`${complaint}: \`${about}\``);
}
