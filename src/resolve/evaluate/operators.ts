import { toNumber, toPrimitive, toText } from "./convert.ts";
import { payText, raise, refuse, spend, type Machine } from "./machine.ts";
import { hasMember } from "./members.ts";
import { isObject, type Value } from "./values.ts";

/** A binary operator on two values (ES5 §11.5 to §11.10), `&&` and `||` left out. */
export function applyOperator(machine: Machine, operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case "==":
      return looselyEqual(machine, left, right);
    case "!=":
      return !looselyEqual(machine, left, right);
    case "===":
      return strictlyEqual(machine, left, right);
    case "!==":
      return !strictlyEqual(machine, left, right);
    case "+":
      return add(machine, left, right);
    case "<":
    case ">":
    case "<=":
    case ">=":
      return compare(machine, operator, left, right);
    case "in":
      if (!isObject(right)) return raise("TypeError");
      return hasMember(machine, right, toText(machine, left));
    case "instanceof":
      return isInstance(machine, left, right);
    default:
      return calculate(operator, toNumber(machine, left), toNumber(machine, right));
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

function add(machine: Machine, left: Value, right: Value): Value {
  const first = toPrimitive(machine, left);
  const second = toPrimitive(machine, right);
  if (typeof first !== "string" && typeof second !== "string") {
    return toNumber(machine, first) + toNumber(machine, second);
  }
  return append(machine, toText(machine, first), toText(machine, second));
}

/** One text after another, paid for as a whole: the next to look at it copies all of it. */
export function append(machine: Machine, text: string, added: string): string {
  payText(machine, text.length + added.length);
  return text + added;
}

/** The order of two texts as a number below, at or above zero. */
export function compareTexts(machine: Machine, one: string, other: string): number {
  spend(machine, Math.min(one.length, other.length) >> 2);
  return Number(one > other) - Number(one < other);
}

/** ES5 §11.9.6; long texts are compared to the end. */
export function strictlyEqual(machine: Machine, left: Value, right: Value): boolean {
  if (typeof left === "string" && typeof right === "string" && left.length === right.length) {
    spend(machine, left.length >> 3);
  }
  return left === right;
}

/** ES5 §11.9.3. */
function looselyEqual(machine: Machine, left: Value, right: Value): boolean {
  if (left === undefined || left === null) return right === undefined || right === null;
  if (right === undefined || right === null) return false;
  if (isObject(left)) {
    return isObject(right) ? left === right : looselyEqual(machine, right, toPrimitive(machine, left));
  }
  if (isObject(right)) return looselyEqual(machine, left, toPrimitive(machine, right));
  if (typeof left === typeof right) return strictlyEqual(machine, left, right);
  return toNumber(machine, left) === toNumber(machine, right);
}

function compare(machine: Machine, operator: string, left: Value, right: Value): boolean {
  const first = toPrimitive(machine, left);
  const second = toPrimitive(machine, right);
  const asTexts = typeof first === "string" && typeof second === "string";
  if (asTexts) spend(machine, Math.min(first.length, second.length) >> 3);
  const one = asTexts ? first : toNumber(machine, first);
  const other = asTexts ? second : toNumber(machine, second);
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

function isInstance(machine: Machine, value: Value, type: Value): boolean {
  if (!isObject(type)) {
    return raise("TypeError", `Expecting a function in instanceof check, but got: ${toText(machine, type)}`);
  }
  if (type.call === null) return raise("TypeError");
  if (!isObject(value)) return false;
  if (machine.functions.get(type.call) !== type) return value.maker === type;
  return (
    type.name === "Object" || type.name === value.kind || (value.kind === "Error" && type.name === value.name)
  );
}
