import { WORK_PER_STEP } from "../budget.ts";
import type { Declarator, Expression, Statement } from "../parser/ast.ts";
import { toBoolean, toObject } from "./convert.ts";
import { evaluate, evaluateLazily } from "./expressions.ts";
import { descend, spend, Thrown, type Context, type Machine } from "./machine.ts";
import { memberNames } from "./members.ts";
import { strictlyEqual } from "./operators.ts";
import { assign, isReference, lookUp, settle, type Reference } from "./references.ts";
import type { Value } from "./values.ts";

/** What a statement comes to: a value (perhaps not looked at yet), nothing, or a jump. */
export type Outcome = Normal | Jump;

interface Normal {
  value?: Value | Reference;
}

export interface Jump {
  readonly jump: "Break" | "Continue" | "Return";
  readonly label: string;
  readonly result: Value;
}

/** What each case of a switch takes beyond its comparison, each label beyond its statement, each name of a `var`. */
const CASE_WORK = 2;
const LABEL_WORK = 1;
const DECLARATOR_WORK = 1;

const NOTHING: Normal = {};

type Node<T extends Statement["type"]> = Statement & { type: T };

export function isJump(outcome: Outcome): outcome is Jump {
  return "jump" in outcome;
}

/** Runs a list; its value is that of the last statement that has one, `undefined` when none has. */
export function runList(machine: Machine, list: Statement[], context: Context): { value: Value } | Jump {
  let value: Value = undefined;
  for (const statement of list) {
    const outcome = run(machine, statement, context, []);
    if (isJump(outcome)) return outcome;
    if ("value" in outcome) value = settle(machine, outcome.value);
  }
  return { value };
}

/** Runs the statements of a loop or a switch, the value of each kept in `outcome` as it is; returns a jump, if any. */
function runInto(outcome: Normal, machine: Machine, list: Statement[], context: Context): Jump | null {
  for (const statement of list) {
    const one = run(machine, statement, context, []);
    if (isJump(one)) return one;
    if ("value" in one) outcome.value = one.value;
  }
  return null;
}

function run(machine: Machine, statement: Statement, context: Context, labels: string[]): Outcome {
  spend(machine, WORK_PER_STEP);
  const { depth } = machine;
  descend(machine);
  const outcome = dispatch(machine, statement, context, labels);
  machine.depth = depth;
  return outcome;
}

function dispatch(machine: Machine, node: Statement, context: Context, labels: string[]): Outcome {
  switch (node.type) {
    case "Expression":
      return { value: evaluateLazily(machine, node.expression, context) };
    case "Variable":
      initialise(machine, node.declarations, context);
      return NOTHING;
    case "Block": {
      const outcome = runList(machine, node.body, context);
      return isJump(outcome) && leads(machine, "Break", outcome, labels) ? NOTHING : outcome;
    }
    case "If": {
      const test = toBoolean(evaluate(machine, node.test, context));
      const branch = test ? node.consequent : node.alternate;
      return branch === null ? NOTHING : run(machine, branch, context, labels);
    }
    case "For":
    case "While":
    case "DoWhile":
      return runLoop(machine, node, context, ["", ...labels]);
    case "ForIn":
      return runForIn(machine, node, context, ["", ...labels]);
    case "Break":
    case "Continue":
      return { jump: node.type, label: node.label, result: undefined };
    case "Return": {
      const result = node.argument === null ? undefined : evaluate(machine, node.argument, context);
      return { jump: "Return", label: "", result };
    }
    case "Throw":
      throw new Thrown(evaluate(machine, node.argument, context));
    case "Try":
      return runTry(machine, node, context, labels);
    case "Switch":
      return runSwitch(machine, node, context, ["", ...labels]);
    case "With": {
      const names = toObject(evaluate(machine, node.object, context));
      return run(machine, node.body, { ...context, scope: { outer: context.scope, names } }, labels);
    }
    case "Labelled":
      spend(machine, LABEL_WORK * labels.length);
      return run(machine, node.body, context, [...labels, node.label]);
    default:
      return NOTHING;
  }
}

function initialise(machine: Machine, declarations: Declarator[], context: Context): void {
  spend(machine, DECLARATOR_WORK * declarations.length);
  for (const { name, value } of declarations) {
    if (value === null) continue;
    const target = lookUp(machine, context.scope, name);
    assign(machine, target, evaluate(machine, value, context));
  }
}

function leads(
  machine: Machine,
  kind: "Break" | "Continue",
  { jump, label }: Jump,
  labels: string[],
): boolean {
  spend(machine, LABEL_WORK * labels.length);
  return jump === kind && labels.includes(label);
}

/** The statements a loop repeats. */
function bodyOf(statement: Statement): Statement[] {
  return statement.type === "Block" ? statement.body : [statement];
}

type Loop = Node<"For"> | Node<"While" | "DoWhile">;

function runLoop(machine: Machine, loop: Loop, context: Context, labels: string[]): Outcome {
  const test = (expression: Expression | null) =>
    expression === null || toBoolean(evaluate(machine, expression, context));
  const body = bodyOf(loop.body);
  const outcome: Normal = {};
  if (loop.type === "For" && loop.init !== null) start(machine, loop.init, context);
  if (loop.type !== "DoWhile" && !test(loop.test)) return outcome;
  do {
    const jump = runInto(outcome, machine, body, context);
    if (jump !== null && !leads(machine, "Continue", jump, labels))
      return leads(machine, "Break", jump, labels) ? outcome : jump;
    if (loop.type === "For" && loop.update !== null) evaluate(machine, loop.update, context);
    spend(machine, WORK_PER_STEP);
  } while (test(loop.test));
  return outcome;
}

function start(machine: Machine, init: Expression | Declarator[], context: Context): void {
  if (Array.isArray(init)) initialise(machine, init, context);
  else evaluate(machine, init, context);
}

function runForIn(machine: Machine, node: Node<"ForIn">, context: Context, labels: string[]): Outcome {
  const source = evaluate(machine, node.source, context);
  if (source === undefined || source === null) return NOTHING;
  const { into } = node;
  const object = toObject(source);
  const body = bodyOf(node.body);
  const outcome: Normal = {};
  for (const name of memberNames(machine, object)) {
    const target =
      "type" in into ? evaluateLazily(machine, into, context) : lookUp(machine, context.scope, into.name);
    if (isReference(target)) assign(machine, target, name);
    const jump = runInto(outcome, machine, body, context);
    if (jump !== null && !leads(machine, "Continue", jump, labels))
      return leads(machine, "Break", jump, labels) ? NOTHING : jump;
  }
  return outcome;
}

function runSwitch(machine: Machine, node: Node<"Switch">, context: Context, labels: string[]): Outcome {
  const subject = evaluate(machine, node.discriminant, context);
  let from = node.cases.findIndex(
    ({ test }) => test !== null && strictlyEqual(machine, evaluate(machine, test, context), subject),
  );
  if (from < 0) from = node.cases.findIndex(({ test }) => test === null);
  if (from < 0) return NOTHING;
  const outcome: Normal = {};
  spend(machine, CASE_WORK * node.cases.length);
  for (const { body } of node.cases.slice(from)) {
    const jump = runInto(outcome, machine, body, context);
    if (jump !== null) return leads(machine, "Break", jump, labels) ? NOTHING : jump;
  }
  return outcome;
}

function runTry(machine: Machine, node: Node<"Try">, context: Context, labels: string[]): Outcome {
  let outcome = attempt(machine, node.body, context, labels);
  if (outcome instanceof Thrown && node.handler !== null) {
    const names = new Map([[node.parameter, outcome.value]]);
    const inner = { ...context, scope: { outer: context.scope, names } };
    outcome = attempt(machine, node.handler, inner, labels);
  }
  if (node.finalizer !== null) {
    const last = run(machine, node.finalizer, context, labels);
    if (isJump(last)) return last;
  }
  if (outcome instanceof Thrown) throw outcome;
  return outcome;
}

function attempt(machine: Machine, body: Statement, context: Context, labels: string[]): Outcome | Thrown {
  const { depth } = machine;
  try {
    return run(machine, body, context, labels);
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
    machine.depth = depth;
    return error;
  }
}
