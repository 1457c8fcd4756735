import { toBoolean, toInteger, toNumber, toObject, toText } from "../convert.ts";
import { invoke, payItems, payText, raise, spend, type Machine } from "../machine.ts";
import { deleteMember, getMember, listItems, putMember } from "../members.ts";
import { strictlyEqual } from "../operators.ts";
import {
  ABSENT,
  isCallable,
  isObject,
  newArray,
  newObject,
  type Native,
  type ScriptObject,
  type Value,
} from "../values.ts";

type Items = (Value | typeof ABSENT)[];
type Method = (items: Items, args: Value[], machine: Machine, self: ScriptObject) => Value;

function onItems(method: Method): Native {
  return (machine, self, args) => {
    const list = toObject(self);
    return method(listItems(machine, list), args, machine, list);
  };
}

/** A method that changes the list: what it leaves in `items` is written back. */
function changing(method: Method): Native {
  return onItems((items, args, machine, self) => {
    const before = items.length;
    const result = method(items, args, machine, self);
    payItems(machine, items.length);
    for (const [index, item] of items.entries()) {
      if (item === ABSENT) deleteMember(machine, self, String(index));
      else putMember(machine, self, String(index), item);
    }
    for (let index = items.length; index < before; index += 1) deleteMember(machine, self, String(index));
    putMember(machine, self, "length", items.length);
    return result;
  });
}

function present(item: Value | typeof ABSENT): Value {
  return item === ABSENT ? undefined : item;
}

function isSame(machine: Machine, item: Value | typeof ABSENT, wanted: Value): boolean {
  return item !== ABSENT && strictlyEqual(machine, item, wanted);
}

/** Visits the items that are there with a function of the filter, until `visit` says true. */
function each(
  items: Items,
  [callback, self]: Value[],
  machine: Machine,
  list: ScriptObject,
  visit: (result: Value, item: Value, index: number) => boolean | void,
): void {
  if (!isCallable(callback)) raise("TypeError");
  for (const [index, item] of items.entries()) {
    if (item === ABSENT) continue;
    if (visit(invoke(machine, callback, self, [item, index, list]), item, index) === true) return;
  }
}

function fold(items: Items, args: Value[], machine: Machine, list: ScriptObject, backwards: boolean): Value {
  const [callback] = args;
  if (!isCallable(callback)) return raise("TypeError");
  const entries = [...items.entries()].filter(([, item]) => item !== ABSENT);
  if (backwards) entries.reverse();
  let result = args.length > 1 ? args[1] : present(entries.shift()?.[1] ?? raise("TypeError"));
  for (const [index, item] of entries) {
    result = invoke(machine, callback, undefined, [result, present(item), index, list]);
  }
  return result;
}

function join(items: Items, [separator]: Value[], machine: Machine): string {
  const between = separator === undefined ? "," : toText(machine, separator);
  let joined = "";
  for (const [index, item] of items.entries()) {
    const value = present(item);
    const text = value === undefined || value === null ? "" : toText(machine, value);
    joined += (index === 0 ? "" : between) + text;
    payText(machine, joined.length);
  }
  return joined;
}

function sort(items: Items, [order]: Value[], machine: Machine, self: ScriptObject): Value {
  if (order !== undefined && !isCallable(order)) raise("TypeError");
  const there = items.filter((item) => item !== ABSENT);
  const values = there.filter((item) => item !== undefined);
  const keyed = values.map((value) => ({ value, key: isCallable(order) ? "" : toText(machine, value) }));
  keyed.sort((one, other) => {
    spend(machine, 1);
    if (!isCallable(order)) return Number(one.key > other.key) - Number(one.key < other.key);
    return toNumber(machine, invoke(machine, order, undefined, [one.value, other.value])) || 0;
  });
  const sorted: Items = keyed.map(({ value }) => value);
  for (let index = 0; index < items.length; index += 1) {
    items[index] = index < sorted.length ? sorted[index] : index < there.length ? undefined : ABSENT;
  }
  return self;
}

function splice(items: Items, args: Value[], machine: Machine): Value {
  const [from, count, ...added] = args;
  const start = toInteger(machine, from);
  const removed = args.length < 2 ? items.length : Math.max(0, toInteger(machine, count));
  return newArray(items.splice(start, removed, ...added));
}

const METHODS: Record<string, Native> = {
  concat: (machine, self, args) => {
    const lists = [toObject(self), ...args].map((one) =>
      isObject(one) && one.kind === "Array" ? listItems(machine, one).map(present) : [one],
    );
    const all = lists.flat();
    payItems(machine, all.length);
    return newArray(all);
  },
  every: onItems((items, args, machine, self) => {
    let all = true;
    each(items, args, machine, self, (result) => !(all = toBoolean(result)));
    return all;
  }),
  filter: onItems((items, args, machine, self) => {
    const kept: Value[] = [];
    each(items, args, machine, self, (result, item) => {
      if (toBoolean(result)) kept.push(item);
    });
    return newArray(kept);
  }),
  forEach: onItems((items, args, machine, self) => {
    each(items, args, machine, self, () => {});
    return undefined;
  }),
  indexOf: onItems((items, [wanted, from], machine) => {
    const start = toInteger(machine, from);
    const first = start < 0 ? start + items.length : start;
    return items.findIndex((item, index) => index >= first && isSame(machine, item, wanted));
  }),
  join: onItems(join),
  lastIndexOf: onItems((items, [wanted, from], machine) => {
    const start = from === undefined ? items.length - 1 : toInteger(machine, from);
    const last = start < 0 ? start + items.length : start;
    return items.findLastIndex((item, index) => index <= last && isSame(machine, item, wanted));
  }),
  map: onItems((items, args, machine, self) => {
    const mapped: Items = items.map(() => ABSENT);
    each(items, args, machine, self, (result, _, index) => {
      mapped[index] = result;
    });
    return newArray(mapped);
  }),
  pop: changing((items) => present(items.pop())),
  push: (machine, self, args) => {
    const list = toObject(self);
    let length = Number(getMember(machine, list, "length")) >>> 0;
    for (const value of args) putMember(machine, list, String(length++), value);
    putMember(machine, list, "length", length);
    return length;
  },
  reduce: onItems((items, args, machine, self) => fold(items, args, machine, self, false)),
  reduceRight: onItems((items, args, machine, self) => fold(items, args, machine, self, true)),
  reverse: changing((items, _, __, self) => {
    items.reverse();
    return self;
  }),
  shift: changing((items) => present(items.shift())),
  slice: onItems((items, [from, to], machine) => {
    const end = to === undefined ? items.length : toInteger(machine, to);
    return newArray(items.slice(toInteger(machine, from), end).map(present));
  }),
  some: onItems((items, args, machine, self) => {
    let any = false;
    each(items, args, machine, self, (result) => (any = toBoolean(result)));
    return any;
  }),
  sort: changing(sort),
  splice: changing(splice),
  toLocaleString: onItems((items, _, machine) => join(items, [], machine)),
  toString: onItems((items, _, machine) => join(items, [], machine)),
  unshift: changing((items, args) => items.unshift(...args)),
};

export const LIST_METHODS = new Map(Object.entries(METHODS));

/** `Array(...)`: one number is a length, anything else the items. */
export function makeList(_: Machine, __: Value, args: Value[]): Value {
  const [length] = args;
  if (args.length !== 1 || typeof length !== "number") return newArray(args);
  if (length !== length >>> 0) return raise("RangeError");
  return newObject("Array", { length });
}
