import { Budget, BudgetExhausted, WORK_PER_STEP } from "./budget.ts";
import { toBoolean, toText } from "./interpreter/convert.ts";
import { declare } from "./interpreter/functions.ts";
import { LIBRARY } from "./interpreter/library/globals.ts";
import {
  MAX_STEPS,
  newInterpreter,
  Stopped,
  Thrown,
  type Context,
  type Interpreter,
} from "./interpreter/interpreter.ts";
import { isJump, runList } from "./interpreter/statements.ts";
import { fromData } from "./interpreter/new-values.ts";
import { isObject, type Value } from "./interpreter/values.ts";
import { excerpt } from "../lib/excerpt.ts";
import type { FunctionNode, Program } from "./parser/ast.ts";
import { MAX_EXPRESSION_LENGTH, parseProgram } from "./syntax.ts";

/** What stopped a filter. `thrown` is a value it threw itself; the last two are ours, not Sensu's. */
export type ErrorKind = "syntax" | "reference" | "type" | "range" | "thrown" | "budget" | "refused";

export interface FilterError {
  kind: ErrorKind;
  /** As Sensu's evaluator puts it: `TypeError: Cannot access member 'os' of undefined`. */
  message: string;
}

export type Verdict = { value: boolean } | { error: FilterError };

/**
 * The facts filters look at, as a value of theirs. `changed` says a filter wrote to them (`entity.system.os = 'x'` is
 * an assignment): the filters after it in the same build see that, as they do on an agent, and no others should.
 */
export interface Facts {
  readonly entity: Value;
  changed: boolean;
}

/**
 * Creates the facts of an entity as the agent presents it to filters: flat JSON (contract §6.3). The caller pays for the
 * conversion; filters pay only for reading.
 */
export function newFacts(entity: unknown): Facts {
  return { entity: fromData(entity, true), changed: false };
}

export interface EvaluationOptions {
  /** Called with the number of steps it took. */
  onSteps?: (steps: number) => void;
}

/** Work of a run before its first step, and of an error at its end. */
const RUN_WORK = 64;
const ERROR_WORK = 128;
/** Characters of an error's message. A filter can throw a text of any length; people read the start. */
const MESSAGE_CHARACTERS = 500;

/** A filter that is parsed, to be run many times; or why it cannot be. */
export type Prepared = { program: Program } | { error: FilterError };

/** Parses a filter, drawing on the budget of a request. Throws BudgetExhausted. */
export function prepare(expression: string, budget: Budget): Prepared {
  if (expression.length > MAX_EXPRESSION_LENGTH) {
    return {
      error: { kind: "budget", message: `a filter of more than ${MAX_EXPRESSION_LENGTH} characters` },
    };
  }
  const parsed = parseProgram(expression, (work) => budget.spend(work));
  return "program" in parsed ? parsed : { error: { kind: "syntax", message: parsed.problem } };
}

/** Evaluates a filter for an entity, with a new budget. Never throws. */
export function evaluate(expression: string, entity: unknown, options: EvaluationOptions = {}): Verdict {
  // Twice the steps of a filter, so that its own limit ends it and never this budget.
  const budget = new Budget(2 * MAX_STEPS);
  const verdict = judge(prepare(expression, new Budget()), newFacts(entity), budget);
  options.onSteps?.(Math.min(budget.taken, MAX_STEPS));
  return verdict;
}

/**
 * Evaluates a filter for facts that several filters share, drawing on the budget of a request. A filter past its own
 * 10,000 steps gets an error as its verdict. Throws BudgetExhausted when the request's budget ends first.
 */
export function judge(filter: Prepared, facts: Facts, budget: Budget = new Budget()): Verdict {
  if ("error" in filter) return filter;
  budget.spend(RUN_WORK);
  const own = MAX_STEPS * WORK_PER_STEP;
  const allowed = Math.min(own, budget.left);
  const interpreter = newInterpreter(LIBRARY, runFunction, facts.entity, allowed);
  const verdict = run(interpreter, filter.program);
  facts.changed ||= interpreter.changedFacts;
  const ranOut = interpreter.work < 0;
  budget.spend(ranOut ? allowed : allowed - interpreter.work);
  if ("error" in verdict) budget.spend(ERROR_WORK);
  if (ranOut && allowed < own) throw new BudgetExhausted(budget.steps);
  return verdict;
}

function run(interpreter: Interpreter, { body, declared }: Program): Verdict {
  try {
    const context = { scope: { outer: null, names: interpreter.global }, self: interpreter.global };
    declare(interpreter, declared, context);
    const outcome = runList(interpreter, body, context);
    return { value: !isJump(outcome) && toBoolean(outcome.value) };
  } catch (error) {
    return { error: explain(interpreter, error) };
  }
}

function runFunction(interpreter: Interpreter, { body }: FunctionNode, context: Context): Value {
  const outcome = runList(interpreter, body, context);
  return isJump(outcome) ? outcome.result : undefined;
}

const KINDS: Partial<Record<string, ErrorKind>> = {
  ReferenceError: "reference",
  TypeError: "type",
  RangeError: "range",
  SyntaxError: "syntax",
};

function explain(interpreter: Interpreter, error: unknown): FilterError {
  const { kind, message } = describe(interpreter, error);
  return { kind, message: excerpt(message, MESSAGE_CHARACTERS) };
}

function describe(interpreter: Interpreter, error: unknown): FilterError {
  if (error instanceof Stopped) return { kind: error.kind, message: error.message };
  if (error instanceof Thrown) return explainThrown(interpreter, error.value);
  const message = error instanceof Error ? error.message : String(error);
  return { kind: error instanceof RangeError ? "budget" : "refused", message };
}

function explainThrown(interpreter: Interpreter, value: Value): FilterError {
  if (isObject(value) && value.kind === "Error") {
    const { name, message } = value;
    return {
      kind: KINDS[name] ?? "thrown",
      message: message === undefined ? name : `${name}: ${message}`,
    };
  }
  try {
    return { kind: "thrown", message: toText(interpreter, value) };
  } catch {
    return { kind: "thrown", message: "" };
  }
}
