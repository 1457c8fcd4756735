import { toNumber, toPrimitive, toText } from "./convert.ts";
import { payText, raise, refuse, spend, type Interpreter } from "./interpreter.ts";
import { hasMember } from "./members.ts";
import { isCallable, isObject, type Value } from "./values.ts";

/** A binary operator on two values (ES5 §11.5 to §11.10), `&&` and `||` left out. */
export function applyOperator(interpreter: Interpreter, operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case "==":
      return looselyEqual(interpreter, left, right);
    case "!=":
      return !looselyEqual(interpreter, left, right);
    case "===":
      return strictlyEqual(interpreter, left, right);
    case "!==":
      return !strictlyEqual(interpreter, left, right);
    case "+":
      return add(interpreter, left, right);
    case "<":
    case ">":
    case "<=":
    case ">=":
      return compare(interpreter, operator, left, right);
    case "in":
      if (!isObject(right)) return raise("TypeError");
      return hasMember(interpreter, right, toText(interpreter, left));
    case "instanceof":
      return isInstance(interpreter, left, right);
    default:
      return calculate(operator, toNumber(interpreter, left), toNumber(interpreter, right));
  }
}

function calculate(operator: string, left: number, right: number): number {
  switch (operator) {
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    case "<<":
      return left << right;
    case ">>":
      return left >> right;
    case ">>>":
      return left >>> right;
    default:
      return refuse(`the operator ${operator}`);
  }
}

function add(interpreter: Interpreter, left: Value, right: Value): Value {
  const first = toPrimitive(interpreter, left);
  const second = toPrimitive(interpreter, right);
  if (typeof first !== "string" && typeof second !== "string") {
    return toNumber(interpreter, first) + toNumber(interpreter, second);
  }
  return append(interpreter, toText(interpreter, first), toText(interpreter, second));
}

/** One text after another, paid for as a whole: the next to look at it copies all of it. */
export function append(interpreter: Interpreter, text: string, added: string): string {
  payText(interpreter, text.length + added.length);
  return text + added;
}

/** The order of two texts as a number below, at or above zero. */
export function compareTexts(interpreter: Interpreter, one: string, other: string): number {
  spend(interpreter, Math.min(one.length, other.length) >> 2);
  return Number(one > other) - Number(one < other);
}

/** ES5 §11.9.6; long texts are compared to the end. */
export function strictlyEqual(interpreter: Interpreter, left: Value, right: Value): boolean {
  if (typeof left === "string" && typeof right === "string" && left.length === right.length) {
    spend(interpreter, left.length >> 3);
  }
  return left === right;
}

/** ES5 §11.9.3. */
function looselyEqual(interpreter: Interpreter, left: Value, right: Value): boolean {
  if (left === undefined || left === null) return right === undefined || right === null;
  if (right === undefined || right === null) return false;
  if (isObject(left)) {
    return isObject(right)
      ? left === right
      : looselyEqual(interpreter, right, toPrimitive(interpreter, left));
  }
  if (isObject(right)) return looselyEqual(interpreter, left, toPrimitive(interpreter, right));
  if (typeof left === typeof right) return strictlyEqual(interpreter, left, right);
  return toNumber(interpreter, left) === toNumber(interpreter, right);
}

function compare(interpreter: Interpreter, operator: string, left: Value, right: Value): boolean {
  const first = toPrimitive(interpreter, left);
  const second = toPrimitive(interpreter, right);
  const asTexts = typeof first === "string" && typeof second === "string";
  if (asTexts) spend(interpreter, Math.min(first.length, second.length) >> 3);
  const one = asTexts ? first : toNumber(interpreter, first);
  const other = asTexts ? second : toNumber(interpreter, second);
  switch (operator) {
    case "<":
      return one < other;
    case ">":
      return one > other;
    case "<=":
      return one <= other;
    default:
      return one >= other;
  }
}

function isInstance(interpreter: Interpreter, value: Value, type: Value): boolean {
  if (!isObject(type)) {
    return raise(
      "TypeError",
      `Expecting a function in instanceof check, but got: ${toText(interpreter, type)}`,
    );
  }
  if (!isCallable(type)) return raise("TypeError");
  if (!isObject(value)) return false;
  if (interpreter.functions.get(type.call) !== type) {
    return value.kind === "Object" && value.constructedBy === type;
  }
  return (
    type.name === "Object" || type.name === value.kind || (value.kind === "Error" && type.name === value.name)
  );
}
