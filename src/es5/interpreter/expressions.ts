import { WORK_PER_STEP } from "../budget.ts";
import type { Expression } from "../parser/ast.ts";
import { toBoolean, toNumber, toText } from "./convert.ts";
import { callValue, constructValue, makeFunction } from "./functions.ts";
import { newPattern } from "./library/patterns.ts";
import { descend, payItems, raise, refuse, spend, type Context, type Interpreter } from "./interpreter.ts";
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
import { newArray, newObject } from "./new-values.ts";
import { ABSENT, isCallable, isObject, type Value } from "./values.ts";

type Node<T extends Expression["type"]> = Expression & { type: T };
type Call = Extract<Expression, { callee: Expression }>;

/** The value of an expression. */
export function evaluate(interpreter: Interpreter, node: Expression, context: Context): Value {
  return settle(interpreter, evaluateLazily(interpreter, node, context));
}

/** The value, or the place it is kept in where the expression names one. */
export function evaluateLazily(
  interpreter: Interpreter,
  node: Expression,
  context: Context,
): Value | Reference {
  spend(interpreter, WORK_PER_STEP);
  const { depth } = interpreter;
  descend(interpreter);
  const result = dispatch(interpreter, node, context);
  interpreter.depth = depth;
  return result;
}

function dispatch(interpreter: Interpreter, node: Expression, context: Context): Value | Reference {
  switch (node.type) {
    case "Identifier":
      return lookUp(interpreter, context.scope, node.name);
    case "Literal":
      return node.value;
    case "Member":
      return evaluateMember(interpreter, node, context);
    case "Call":
      return evaluateCall(interpreter, node, context);
    case "New": {
      const callee = evaluateLazily(interpreter, node.callee, context);
      const args = evaluateAll(interpreter, node.arguments, context);
      return constructValue(
        interpreter,
        settle(interpreter, callee),
        isReference(callee) ? callee.name : "",
        args,
      );
    }
    case "Logical": {
      const left = evaluate(interpreter, node.left, context);
      return toBoolean(left) === (node.operator === "||") ? left : evaluate(interpreter, node.right, context);
    }
    case "Binary": {
      const left = evaluate(interpreter, node.left, context);
      return applyOperator(interpreter, node.operator, left, evaluate(interpreter, node.right, context));
    }
    case "Unary":
      return evaluateUnary(interpreter, node, context);
    case "Update": {
      const target = evaluateLazily(interpreter, node.argument, context);
      const before = toNumber(interpreter, settle(interpreter, target));
      const after = node.operator === "++" ? before + 1 : before - 1;
      if (isReference(target)) assign(interpreter, target, after);
      return node.prefix ? after : before;
    }
    case "Assignment":
      return evaluateAssignment(interpreter, node, context);
    case "Conditional": {
      const chosen = toBoolean(evaluate(interpreter, node.test, context)) ? node.consequent : node.alternate;
      return evaluateLazily(interpreter, chosen, context);
    }
    case "Sequence": {
      let last: Value;
      for (const one of node.expressions) last = evaluate(interpreter, one, context);
      return last;
    }
    case "Array":
      return evaluateArray(interpreter, node, context);
    case "Object":
      return evaluateObject(interpreter, node, context);
    case "Function":
      return makeFunction(interpreter, node, context.scope);
    case "RegExp":
      return newPattern(interpreter, node.pattern, node.flags);
    case "This":
      return context.self;
    default:
      return refuse("what could not be parsed");
  }
}

/** The values of arguments. The list grows as they are paid for: one that is left early costs what was looked at. */
function evaluateAll(interpreter: Interpreter, nodes: Expression[], context: Context): Value[] {
  const values: Value[] = [];
  for (const node of nodes) values.push(evaluate(interpreter, node, context));
  return values;
}

function evaluateArray(interpreter: Interpreter, { elements }: Node<"Array">, context: Context): Value {
  const items: (Value | typeof ABSENT)[] = [];
  payItems(interpreter, elements.length);
  for (const node of elements) items.push(node === null ? ABSENT : evaluate(interpreter, node, context));
  return newArray(items);
}

function evaluateMember(interpreter: Interpreter, node: Node<"Member">, context: Context): Reference {
  const base = evaluate(interpreter, node.object, context);
  const property = evaluate(interpreter, node.property, context);
  if (base !== undefined && base !== null) return memberReference(base, toText(interpreter, property));
  return raise("TypeError", `Cannot access member '${toText(interpreter, property)}' of ${base}`);
}

function evaluateCall(interpreter: Interpreter, node: Call, context: Context): Value {
  const callee = evaluateLazily(interpreter, node.callee, context);
  const args = evaluateAll(interpreter, node.arguments, context);
  if (!isReference(callee)) return callValue(interpreter, callee, "", undefined, args);
  return callValue(interpreter, settle(interpreter, callee), callee.name, owner(callee), args);
}

function evaluateAssignment(interpreter: Interpreter, node: Node<"Assignment">, context: Context): Value {
  const target = evaluateLazily(interpreter, node.left, context);
  const right = evaluate(interpreter, node.right, context);
  const operator = node.operator.slice(0, -1);
  const value =
    operator === "" ? right : applyOperator(interpreter, operator, settle(interpreter, target), right);
  if (isReference(target)) assign(interpreter, target, value);
  return value;
}

function evaluateUnary(
  interpreter: Interpreter,
  { operator, argument }: Node<"Unary">,
  context: Context,
): Value {
  const operand = evaluateLazily(interpreter, argument, context);
  if (operator === "delete") return isReference(operand) ? remove(interpreter, operand) : true;
  if (operator === "typeof" && isReference(operand) && !operand.found) return "undefined";
  const value = settle(interpreter, operand);
  switch (operator) {
    case "!":
      return !toBoolean(value);
    case "-":
      return -toNumber(interpreter, value);
    case "+":
      return toNumber(interpreter, value);
    case "~":
      return ~toNumber(interpreter, value);
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

function evaluateObject(interpreter: Interpreter, { properties }: Node<"Object">, context: Context): Value {
  const object = newObject();
  for (const { key, value } of properties) {
    if (value === null) refuse("a getter or setter");
    else object.members.set(key, evaluate(interpreter, value, context));
  }
  return object;
}
