import { WORK_PER_STEP } from "../budget.ts";
import type { Declarations, FunctionNode } from "../parser/ast.ts";
import {
  invoke,
  NAME_WORK,
  raise,
  spend,
  type Context,
  type Interpreter,
  type Scope,
} from "./interpreter.ts";
import { putMember } from "./members.ts";
import { toObject, toText } from "./convert.ts";
import { newFunction, newObject } from "./new-values.ts";
import {
  isCallable,
  isObject,
  type FunctionObject,
  type Native,
  type PlainObject,
  type Value,
} from "./values.ts";

/** Creates a function of the filter, closed over its scope. */
export function makeFunction(interpreter: Interpreter, node: FunctionNode, scope: Scope): FunctionObject {
  const own: Scope = node.name === "" ? scope : { outer: scope, names: new Map() };
  const call: Native = (_, self, args) => enter(interpreter, node, own, self, args);
  const construct: Native = (_, __, args) => {
    const instance = newObject("Object", closure);
    const result = enter(interpreter, node, own, instance, args);
    return isObject(result) ? result : instance;
  };
  const { name, parameters, source: text } = node;
  const closure = newFunction({ name, call, construct, length: parameters.length, text });
  if (name !== "" && own.names instanceof Map) own.names.set(name, closure);
  return closure;
}

function enter(
  interpreter: Interpreter,
  node: FunctionNode,
  outer: Scope,
  self: Value,
  args: Value[],
): Value {
  spend(interpreter, WORK_PER_STEP + NAME_WORK * (node.parameters.length + args.length));
  const names = new Map<string, Value>();
  for (const [index, name] of node.parameters.entries()) names.set(name, args[index]);
  if (!names.has("arguments")) names.set("arguments", argumentsObject(args));
  const scope: Scope = { outer, names };
  const context = { scope, self: self === undefined || self === null ? interpreter.global : toObject(self) };
  declare(interpreter, node.declared, context);
  return interpreter.runBody(interpreter, node, context);
}

function argumentsObject(args: Value[]): PlainObject {
  const list = newObject("Arguments");
  for (const [index, value] of args.entries()) list.members.set(String(index), value);
  list.members.set("length", args.length);
  return list;
}

/** Hoists declarations: functions with their values, variables without (ES5 §10.5). */
export function declare(
  interpreter: Interpreter,
  { functions, variables }: Declarations,
  { scope }: Context,
): void {
  const { names } = scope;
  spend(interpreter, WORK_PER_STEP * functions.length + NAME_WORK * variables.length);
  for (const node of functions) put(interpreter, names, node.name, makeFunction(interpreter, node, scope));
  for (const name of variables) if (!isDeclared(names, name)) put(interpreter, names, name, undefined);
}

function put(interpreter: Interpreter, names: Scope["names"], name: string, value: Value): void {
  if (names instanceof Map) names.set(name, value);
  else putMember(interpreter, names, name, value);
}

function isDeclared(names: Scope["names"], name: string): boolean {
  return names instanceof Map ? names.has(name) : names.members.has(name);
}

/** Calls a value. Throws otto's TypeError for what is no function; `name` is what the filter called it by, if a name. */
export function callValue(
  interpreter: Interpreter,
  callee: Value,
  name: string,
  self: Value,
  args: Value[],
): Value {
  if (!isCallable(callee)) return notAFunction(interpreter, callee, name);
  return invoke(interpreter, callee, self, args);
}

/** `new callee(args)` */
export function constructValue(interpreter: Interpreter, callee: Value, name: string, args: Value[]): Value {
  if (!isCallable(callee)) return notAFunction(interpreter, callee, name);
  if (callee.construct === null) {
    return raise("TypeError", `${toText(interpreter, callee)} is not a constructor`);
  }
  return invoke(interpreter, { call: callee.construct }, undefined, args);
}

function notAFunction(interpreter: Interpreter, callee: Value, name: string): never {
  return raise("TypeError", `${name === "" ? toText(interpreter, callee) : `'${name}'`} is not a function`);
}
