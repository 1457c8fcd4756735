/**
 * Why a pattern is refused, and with which error of the language. No Error: a filter may compile bad patterns in a loop,
 * and recording the stack of an Error would cost more than the rest.
 */
export class PatternProblem {
  readonly name: "TypeError" | "SyntaxError";
  readonly message: string;

  constructor(name: PatternProblem["name"], message: string) {
    this.name = name;
    this.message = message;
  }
}
