import { WORK_PER_STEP } from "../budget.ts";
import type { Declarator, Expression, Statement } from "../parser/ast.ts";
import { toBoolean, toObject } from "./convert.ts";
import { evaluate, evaluateLazily } from "./expressions.ts";
import { descend, spend, Thrown, type Context, type Interpreter } from "./interpreter.ts";
import { memberNames } from "./members.ts";
import { strictlyEqual } from "./operators.ts";
import { assign, isReference, lookUp, settle, type Reference } from "./references.ts";
import type { Value } from "./values.ts";

/** How a statement completes: with a value (perhaps not looked up yet), with nothing, or with a jump. */
export type Outcome = Normal | Jump;

interface Normal {
  value?: Value | Reference;
}

export interface Jump {
  readonly jump: "Break" | "Continue" | "Return";
  readonly label: string;
  readonly result: Value;
}

/** Work of each case of a switch beside its comparison, each label beside its statement, each name of a `var`. */
const CASE_WORK = 2;
const LABEL_WORK = 1;
const DECLARATOR_WORK = 1;

const NOTHING: Normal = {};

type Node<T extends Statement["type"]> = Statement & { type: T };

export function isJump(outcome: Outcome): outcome is Jump {
  return "jump" in outcome;
}

/** Runs a list; its value is that of the last statement that has one, `undefined` when none has. */
export function runList(
  interpreter: Interpreter,
  list: Statement[],
  context: Context,
): { value: Value } | Jump {
  let value: Value = undefined;
  for (const statement of list) {
    const outcome = run(interpreter, statement, context, []);
    if (isJump(outcome)) return outcome;
    if ("value" in outcome) value = settle(interpreter, outcome.value);
  }
  return { value };
}

/** Runs the statements of a loop or a switch, the value of each kept in `outcome` as it is; returns a jump, if any. */
function runInto(
  outcome: Normal,
  interpreter: Interpreter,
  list: Statement[],
  context: Context,
): Jump | null {
  for (const statement of list) {
    const one = run(interpreter, statement, context, []);
    if (isJump(one)) return one;
    if ("value" in one) outcome.value = one.value;
  }
  return null;
}

function run(interpreter: Interpreter, statement: Statement, context: Context, labels: string[]): Outcome {
  spend(interpreter, WORK_PER_STEP);
  const { depth } = interpreter;
  descend(interpreter);
  const outcome = dispatch(interpreter, statement, context, labels);
  interpreter.depth = depth;
  return outcome;
}

function dispatch(interpreter: Interpreter, node: Statement, context: Context, labels: string[]): Outcome {
  switch (node.type) {
    case "Expression":
      return { value: evaluateLazily(interpreter, node.expression, context) };
    case "Variable":
      initialise(interpreter, node.declarations, context);
      return NOTHING;
    case "Block": {
      const outcome = runList(interpreter, node.body, context);
      return isJump(outcome) && targets(interpreter, "Break", outcome, labels) ? NOTHING : outcome;
    }
    case "If": {
      const test = toBoolean(evaluate(interpreter, node.test, context));
      const branch = test ? node.consequent : node.alternate;
      return branch === null ? NOTHING : run(interpreter, branch, context, labels);
    }
    case "For":
    case "While":
    case "DoWhile":
      return runLoop(interpreter, node, context, ["", ...labels]);
    case "ForIn":
      return runForIn(interpreter, node, context, ["", ...labels]);
    case "Break":
    case "Continue":
      return { jump: node.type, label: node.label, result: undefined };
    case "Return": {
      const result = node.argument === null ? undefined : evaluate(interpreter, node.argument, context);
      return { jump: "Return", label: "", result };
    }
    case "Throw":
      throw new Thrown(evaluate(interpreter, node.argument, context));
    case "Try":
      return runTry(interpreter, node, context, labels);
    case "Switch":
      return runSwitch(interpreter, node, context, ["", ...labels]);
    case "With": {
      const names = toObject(evaluate(interpreter, node.object, context));
      return run(interpreter, node.body, { ...context, scope: { outer: context.scope, names } }, labels);
    }
    case "Labelled":
      spend(interpreter, LABEL_WORK * labels.length);
      return run(interpreter, node.body, context, [...labels, node.label]);
    default:
      return NOTHING;
  }
}

function initialise(interpreter: Interpreter, declarations: Declarator[], context: Context): void {
  spend(interpreter, DECLARATOR_WORK * declarations.length);
  for (const { name, value } of declarations) {
    if (value === null) continue;
    const target = lookUp(interpreter, context.scope, name);
    assign(interpreter, target, evaluate(interpreter, value, context));
  }
}

/** Whether a jump of this kind targets the statement with these labels. */
function targets(
  interpreter: Interpreter,
  kind: "Break" | "Continue",
  { jump, label }: Jump,
  labels: string[],
): boolean {
  spend(interpreter, LABEL_WORK * labels.length);
  return jump === kind && labels.includes(label);
}

/** The statements a loop repeats. */
function bodyOf(statement: Statement): Statement[] {
  return statement.type === "Block" ? statement.body : [statement];
}

type Loop = Node<"For"> | Node<"While" | "DoWhile">;

function runLoop(interpreter: Interpreter, loop: Loop, context: Context, labels: string[]): Outcome {
  const test = (expression: Expression | null) =>
    expression === null || toBoolean(evaluate(interpreter, expression, context));
  const body = bodyOf(loop.body);
  const outcome: Normal = {};
  if (loop.type === "For" && loop.init !== null) start(interpreter, loop.init, context);
  if (loop.type !== "DoWhile" && !test(loop.test)) return outcome;
  do {
    const jump = runInto(outcome, interpreter, body, context);
    if (jump !== null && !targets(interpreter, "Continue", jump, labels))
      return targets(interpreter, "Break", jump, labels) ? outcome : jump;
    if (loop.type === "For" && loop.update !== null) evaluate(interpreter, loop.update, context);
    spend(interpreter, WORK_PER_STEP);
  } while (test(loop.test));
  return outcome;
}

function start(interpreter: Interpreter, init: Expression | Declarator[], context: Context): void {
  if (Array.isArray(init)) initialise(interpreter, init, context);
  else evaluate(interpreter, init, context);
}

function runForIn(
  interpreter: Interpreter,
  node: Node<"ForIn">,
  context: Context,
  labels: string[],
): Outcome {
  const source = evaluate(interpreter, node.source, context);
  if (source === undefined || source === null) return NOTHING;
  const { into } = node;
  const object = toObject(source);
  const body = bodyOf(node.body);
  const outcome: Normal = {};
  for (const name of memberNames(interpreter, object)) {
    const target =
      "type" in into
        ? evaluateLazily(interpreter, into, context)
        : lookUp(interpreter, context.scope, into.name);
    if (isReference(target)) assign(interpreter, target, name);
    const jump = runInto(outcome, interpreter, body, context);
    if (jump !== null && !targets(interpreter, "Continue", jump, labels))
      return targets(interpreter, "Break", jump, labels) ? NOTHING : jump;
  }
  return outcome;
}

function runSwitch(
  interpreter: Interpreter,
  node: Node<"Switch">,
  context: Context,
  labels: string[],
): Outcome {
  const subject = evaluate(interpreter, node.discriminant, context);
  let from = node.cases.findIndex(
    ({ test }) => test !== null && strictlyEqual(interpreter, evaluate(interpreter, test, context), subject),
  );
  if (from < 0) from = node.cases.findIndex(({ test }) => test === null);
  if (from < 0) return NOTHING;
  const outcome: Normal = {};
  spend(interpreter, CASE_WORK * node.cases.length);
  for (const { body } of node.cases.slice(from)) {
    const jump = runInto(outcome, interpreter, body, context);
    if (jump !== null) return targets(interpreter, "Break", jump, labels) ? NOTHING : jump;
  }
  return outcome;
}

function runTry(interpreter: Interpreter, node: Node<"Try">, context: Context, labels: string[]): Outcome {
  let outcome = attempt(interpreter, node.body, context, labels);
  if (outcome instanceof Thrown && node.handler !== null) {
    const names = new Map([[node.parameter, outcome.value]]);
    const inner = { ...context, scope: { outer: context.scope, names } };
    outcome = attempt(interpreter, node.handler, inner, labels);
  }
  if (node.finalizer !== null) {
    const last = run(interpreter, node.finalizer, context, labels);
    if (isJump(last)) return last;
  }
  if (outcome instanceof Thrown) throw outcome;
  return outcome;
}

function attempt(
  interpreter: Interpreter,
  body: Statement,
  context: Context,
  labels: string[],
): Outcome | Thrown {
  const { depth } = interpreter;
  try {
    return run(interpreter, body, context, labels);
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
    interpreter.depth = depth;
    return error;
  }
}
