import { Budget } from "../es5/budget.ts";
import { pass, type TextCursor } from "../lib/text-cursor.ts";
import { readAction, runAction, type ActionResult } from "./token-action.ts";

/** Work of reading a token, and of each character that it is replaced by: an answer holds both. */
const TOKEN_WORK = 64;
const REPLACEMENT_WORK = 4;
/** Work of a token that cannot be replaced: it is reported with its place. */
const PROBLEM_WORK = 2_000;

/** A token that cannot be replaced. */
export interface TokenProblem {
  /** `missing`: the facts do not hold it. `unsupported`: more than a token, which an agent may know how to run. */
  kind: "missing" | "unsupported";
  /** As written, without the braces. */
  token: string;
}

export type Substitution = { text: string } | { problems: TokenProblem[] };

/**
 * Replaces the tokens of a text as an agent does before it fetches an asset (contract §6.4): `{{ .labels.x }}`,
 * `{{ index .labels "x" }}`, each with `| default "y"`, and constants. The facts are flat, like those of filters.
 * Throws BudgetExhausted: one token may stand a hundred thousand times in a text, and its value be as long.
 */
export function substituteTokens(text: string, facts: unknown, budget: Budget = new Budget()): Substitution {
  budget.spend(text.length);
  const cursor = { text, at: 0 };
  const problems: TokenProblem[] = [];
  let result = "";
  for (;;) {
    const open = text.indexOf("{{", cursor.at);
    if (open < 0) return problems.length > 0 ? { problems } : { text: result + text.slice(cursor.at) };
    const before = text.slice(cursor.at, open);
    const trimsBefore = /-\s/y.test(text.slice(open + 2, open + 4));
    result += trimsBefore ? before.trimEnd() : before;
    const { token, isClosed, value } = readToken(cursor, open, facts);
    if (value.kind === "text") {
      budget.spend(TOKEN_WORK + REPLACEMENT_WORK * value.text.length);
      result += value.text;
    } else {
      budget.spend(PROBLEM_WORK);
      problems.push({ kind: value.kind, token: token.trim() });
    }
    if (!isClosed) return { problems };
    const trimsAfter = /\s-$/.test(token);
    if (trimsAfter) pass(cursor, /\s*/y);
  }
}

/** Reads the token whose braces open at `open`, and moves the cursor past it. */
function readToken(
  cursor: TextCursor,
  open: number,
  facts: unknown,
): { token: string; isClosed: boolean; value: ActionResult } {
  const { text } = cursor;
  cursor.at = open + 2;
  const words = readAction(cursor);
  const close = text.indexOf("}}", cursor.at);
  if (close < 0) return { token: text.slice(open + 2), isClosed: false, value: { kind: "unsupported" } };
  cursor.at = close + 2;
  return {
    token: text.slice(open + 2, close),
    isClosed: true,
    value: words === null ? { kind: "unsupported" } : runAction(words, facts),
  };
}
