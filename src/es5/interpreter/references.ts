import { toObject } from "./convert.ts";
import { raise, spend, type Interpreter, type Scope } from "./interpreter.ts";
import { deleteMember, getMember, hasMember, putMember } from "./members.ts";
import type { Value } from "./values.ts";

/**
 * A name or a member not yet looked at (ES5 §8.7). otto keeps them longer than ES5 does: the value of a statement may
 * be one, so an undefined name can go unnoticed in the middle of a loop.
 */
export interface Reference {
  readonly isReference: true;
  /** Where it was found; `null` for an undefined name. */
  readonly base: Map<string, Value> | Value;
  readonly found: boolean;
  readonly name: string;
}

export function isReference(value: Value | Reference): value is Reference {
  return typeof value === "object" && value !== null && "isReference" in value;
}

export function memberReference(base: Value, name: string): Reference {
  return { isReference: true, base, found: true, name };
}

/** Work of looking for a name in one more scope: of variables, or of the members of an object. */
const SCOPE_WORK = 4;
const OBJECT_WORK = 16;

export function lookUp(interpreter: Interpreter, scope: Scope, name: string): Reference {
  for (let one: Scope | null = scope; one !== null; one = one.outer) {
    const { names } = one;
    const here = names instanceof Map ? names.has(name) : hasMember(interpreter, names, name);
    spend(interpreter, names instanceof Map ? SCOPE_WORK : OBJECT_WORK);
    if (here) return { isReference: true, base: names, found: true, name };
  }
  return { isReference: true, base: null, found: false, name };
}

/** Looks up the value of a reference. Throws a ReferenceError for an undefined name. */
export function settle(interpreter: Interpreter, value: Value | Reference): Value {
  if (!isReference(value)) return value;
  const { base, found, name } = value;
  if (!found) raise("ReferenceError", `'${name}' is not defined`);
  return base instanceof Map ? base.get(name) : getMember(interpreter, base, name);
}

/** Assigns; an unknown name becomes a global one, and what is written onto a primitive is lost (ES5 §8.7.2). */
export function assign(interpreter: Interpreter, target: Reference, value: Value): void {
  const { base, found, name } = target;
  if (base instanceof Map) base.set(name, value);
  else putMember(interpreter, found ? toObject(base) : interpreter.global, name, value);
}

export function remove(interpreter: Interpreter, target: Reference): boolean {
  const { base, found, name } = target;
  if (!found) return true;
  return base instanceof Map ? false : deleteMember(interpreter, toObject(base), name);
}

/** What a function called by this reference sees as `this`: the object it is a member of. */
export function owner({ base }: Reference): Value {
  return base instanceof Map ? undefined : base;
}
