import { WORK_PER_STEP } from "../budget.ts";
import type { Expression } from "../parser/ast.ts";
import { toBoolean, toNumber, toText } from "./convert.ts";
import { callValue, constructValue, makeFunction } from "./functions.ts";
import { newPattern } from "./library/patterns.ts";
import { descend, payItems, raise, refuse, spend, type Context, type Machine } from "./machine.ts";
import { applyOperator } from "./operators.ts";
import {
  assign,
  isReference,
  lookUp,
  memberReference,
  owner,
  remove,
  settle,
  type Reference,
} from "./references.ts";
import { ABSENT, isCallable, isObject, newArray, newObject, type Value } from "./values.ts";

type Node<T extends Expression["type"]> = Expression & { type: T };
type Call = Extract<Expression, { callee: Expression }>;

/** The value of an expression. */
export function evaluate(machine: Machine, node: Expression, context: Context): Value {
  return settle(machine, evaluateLazily(machine, node, context));
}

/** The value, or the place it is kept in where the expression names one. */
export function evaluateLazily(machine: Machine, node: Expression, context: Context): Value | Reference {
  spend(machine, WORK_PER_STEP);
  const { depth } = machine;
  descend(machine);
  const result = dispatch(machine, node, context);
  machine.depth = depth;
  return result;
}

function dispatch(machine: Machine, node: Expression, context: Context): Value | Reference {
  switch (node.type) {
    case "Identifier":
      return lookUp(machine, context.scope, node.name);
    case "Literal":
      return node.value;
    case "Member":
      return evaluateMember(machine, node, context);
    case "Call":
      return evaluateCall(machine, node, context);
    case "New": {
      const callee = evaluateLazily(machine, node.callee, context);
      const args = evaluateAll(machine, node.arguments, context);
      return constructValue(machine, settle(machine, callee), isReference(callee) ? callee.name : "", args);
    }
    case "Logical": {
      const left = evaluate(machine, node.left, context);
      return toBoolean(left) === (node.operator === "||") ? left : evaluate(machine, node.right, context);
    }
    case "Binary": {
      const left = evaluate(machine, node.left, context);
      return applyOperator(machine, node.operator, left, evaluate(machine, node.right, context));
    }
    case "Unary":
      return evaluateUnary(machine, node, context);
    case "Update": {
      const target = evaluateLazily(machine, node.argument, context);
      const before = toNumber(machine, settle(machine, target));
      const after = node.operator === "++" ? before + 1 : before - 1;
      if (isReference(target)) assign(machine, target, after);
      return node.prefix ? after : before;
    }
    case "Assignment":
      return evaluateAssignment(machine, node, context);
    case "Conditional": {
      const chosen = toBoolean(evaluate(machine, node.test, context)) ? node.consequent : node.alternate;
      return evaluateLazily(machine, chosen, context);
    }
    case "Sequence": {
      let last: Value;
      for (const one of node.expressions) last = evaluate(machine, one, context);
      return last;
    }
    case "Array":
      return evaluateArray(machine, node, context);
    case "Object":
      return evaluateObject(machine, node, context);
    case "Function":
      return makeFunction(machine, node, context.scope);
    case "RegExp":
      return newPattern(machine, node.pattern, node.flags);
    case "This":
      return context.self;
    default:
      return refuse("what could not be parsed");
  }
}

/** The values of arguments. The list grows as they are paid for: one that is left early costs what was looked at. */
function evaluateAll(machine: Machine, nodes: Expression[], context: Context): Value[] {
  const values: Value[] = [];
  for (const node of nodes) values.push(evaluate(machine, node, context));
  return values;
}

function evaluateArray(machine: Machine, { elements }: Node<"Array">, context: Context): Value {
  const items: (Value | typeof ABSENT)[] = [];
  payItems(machine, elements.length);
  for (const node of elements) items.push(node === null ? ABSENT : evaluate(machine, node, context));
  return newArray(items);
}

function evaluateMember(machine: Machine, node: Node<"Member">, context: Context): Reference {
  const base = evaluate(machine, node.object, context);
  const property = evaluate(machine, node.property, context);
  if (base !== undefined && base !== null) return memberReference(base, toText(machine, property));
  return raise("TypeError", `Cannot access member '${toText(machine, property)}' of ${base}`);
}

function evaluateCall(machine: Machine, node: Call, context: Context): Value {
  const callee = evaluateLazily(machine, node.callee, context);
  const args = evaluateAll(machine, node.arguments, context);
  if (!isReference(callee)) return callValue(machine, callee, "", undefined, args);
  return callValue(machine, settle(machine, callee), callee.name, owner(callee), args);
}

function evaluateAssignment(machine: Machine, node: Node<"Assignment">, context: Context): Value {
  const target = evaluateLazily(machine, node.left, context);
  const right = evaluate(machine, node.right, context);
  const operator = node.operator.slice(0, -1);
  const value = operator === "" ? right : applyOperator(machine, operator, settle(machine, target), right);
  if (isReference(target)) assign(machine, target, value);
  return value;
}

function evaluateUnary(machine: Machine, { operator, argument }: Node<"Unary">, context: Context): Value {
  const operand = evaluateLazily(machine, argument, context);
  if (operator === "delete") return isReference(operand) ? remove(machine, operand) : true;
  if (operator === "typeof" && isReference(operand) && !operand.found) return "undefined";
  const value = settle(machine, operand);
  switch (operator) {
    case "!":
      return !toBoolean(value);
    case "-":
      return -toNumber(machine, value);
    case "+":
      return toNumber(machine, value);
    case "~":
      return ~toNumber(machine, value);
    case "typeof":
      return typeName(value);
    default:
      return undefined;
  }
}

function typeName(value: Value): string {
  if (isCallable(value)) return "function";
  return isObject(value) ? "object" : typeof value;
}

function evaluateObject(machine: Machine, { properties }: Node<"Object">, context: Context): Value {
  const object = newObject();
  for (const { key, value } of properties) {
    if (value === null) refuse("a getter or setter");
    else object.members.set(key, evaluate(machine, value, context));
  }
  return object;
}
