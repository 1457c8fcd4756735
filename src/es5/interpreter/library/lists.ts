import { toBoolean, toInteger, toNumber, toObject, toText } from "../convert.ts";
import { invoke, payItems, payPart, payText, raise, spend, type Interpreter } from "../interpreter.ts";
import { deleteMember, lengthOf, listItems, makeArray, putMember } from "../members.ts";
import { compareTexts, strictlyEqual } from "../operators.ts";
import { newSparseArray } from "../new-values.ts";
import { isCallable, isObject, type Native, type ScriptObject, type Value } from "../values.ts";

/** Work of each comparison of a sort, beside that of the comparison itself. */
const COMPARISON_WORK = 4;

/** `items` are those of `self`, with its holes, which this runtime's own methods skip as ES5 wants it. */
type Method = (items: Value[], args: Value[], interpreter: Interpreter, self: ScriptObject) => Value;

function onItems(method: Method): Native {
  return (interpreter, self, args) => {
    const list = toObject(self);
    return method(listItems(interpreter, list), args, interpreter, list);
  };
}

/** A method that changes the list: `items` is written back when it returns. */
function changing(method: Method): Native {
  return onItems((items, args, interpreter, self) => {
    const before = items.length;
    const result = method(items, args, interpreter, self);
    payItems(interpreter, items.length);
    for (let index = 0; index < Math.max(before, items.length); index += 1) {
      if (index in items) putMember(interpreter, self, String(index), items[index]);
      else deleteMember(interpreter, self, String(index));
    }
    putMember(interpreter, self, "length", items.length);
    return result;
  });
}

/** Calls the filter's function with an item of the list. */
type Callback = (item: Value, index: number) => Value;

/** A method that calls a function of the filter with each item. */
function visiting(visit: (items: Value[], callback: Callback, interpreter: Interpreter) => Value): Native {
  return onItems((items, [callback, self], interpreter, list) => {
    if (!isCallable(callback)) return raise("TypeError");
    const call: Callback = (item, index) => invoke(interpreter, callback, self, [item, index, list]);
    return visit(items, call, interpreter);
  });
}

/** A method that asks a function of the filter about each item. */
function testing(
  run: (items: Value[], test: (item: Value, index: number) => boolean, interpreter: Interpreter) => Value,
): Native {
  return visiting((items, callback, interpreter) =>
    run(items, (item, index) => toBoolean(callback(item, index)), interpreter),
  );
}

/** A method that folds the list with a function of the filter; without an initial value it starts with an item. */
function folding(direction: "reduce" | "reduceRight"): Native {
  return onItems((items, [callback, ...rest], interpreter, list) => {
    if (!isCallable(callback)) return raise("TypeError");
    const step = (result: Value, item: Value, index: number): Value =>
      invoke(interpreter, callback, undefined, [result, item, index, list]);
    if (rest.length > 0) return items[direction](step, rest[0]);
    const isEmpty = !items.some(() => true);
    return isEmpty ? raise("TypeError") : items[direction](step);
  });
}

/** The index of an item: the first from a position on, or the last up to one. */
function finding(name: "findIndex" | "findLastIndex"): Native {
  return onItems((items, [wanted, from], interpreter) => {
    const { length } = items;
    const forwards = name === "findIndex";
    const start = from === undefined && !forwards ? length : toInteger(interpreter, from);
    const place = start < 0 ? start + length : start;
    return items[name](
      (item, index) =>
        (forwards ? index >= place : index <= place) &&
        index in items &&
        strictlyEqual(interpreter, item, wanted),
    );
  });
}

const join: Method = (items, [separator], interpreter) => {
  const between = separator === undefined ? "," : toText(interpreter, separator);
  let joined = "";
  for (const [index, item] of items.entries()) {
    const text = item === undefined || item === null ? "" : toText(interpreter, item);
    const part = index === 0 ? text : between + text;
    payPart(interpreter, joined.length, part.length);
    joined += part;
  }
  payText(interpreter, joined.length);
  return joined;
};

const sort: Method = (items, [order], interpreter, self) => {
  if (order !== undefined && !isCallable(order)) raise("TypeError");
  const keyed = items.map((value) =>
    value === undefined ? undefined : { value, key: isCallable(order) ? "" : toText(interpreter, value) },
  );
  keyed.sort((one, other) => {
    if (one === undefined || other === undefined) return 0;
    spend(interpreter, COMPARISON_WORK);
    if (!isCallable(order)) return compareTexts(interpreter, one.key, other.key);
    return toNumber(interpreter, invoke(interpreter, order, undefined, [one.value, other.value])) || 0;
  });
  const { length } = items;
  items.length = 0;
  keyed.forEach((one, index) => {
    items[index] = one?.value;
  });
  items.length = length;
  return self;
};

const METHODS: Record<string, Native> = {
  concat: (interpreter, self, args) => {
    const all = [toObject(self), ...args].flatMap((one) =>
      isObject(one) && one.kind === "Array" ? Array.from(listItems(interpreter, one)) : [one],
    );
    return makeArray(interpreter, all);
  },
  every: testing((items, test) => items.every(test)),
  filter: testing((items, test, interpreter) => makeArray(interpreter, items.filter(test))),
  forEach: visiting((items, callback) => {
    items.forEach(callback);
    return undefined;
  }),
  indexOf: finding("findIndex"),
  join: onItems(join),
  lastIndexOf: finding("findLastIndex"),
  map: visiting((items, callback, interpreter) => makeArray(interpreter, items.map(callback))),
  pop: changing((items) => items.pop()),
  push: (interpreter, self, args) => {
    const list = toObject(self);
    let length = lengthOf(interpreter, list);
    for (const value of args) putMember(interpreter, list, String(length++), value);
    putMember(interpreter, list, "length", length);
    return length;
  },
  reduce: folding("reduce"),
  reduceRight: folding("reduceRight"),
  reverse: changing((items, _, __, self) => {
    items.reverse();
    return self;
  }),
  shift: changing((items) => items.shift()),
  slice: onItems((items, [from, to], interpreter) => {
    const end = to === undefined ? items.length : toInteger(interpreter, to);
    return makeArray(interpreter, Array.from(items.slice(toInteger(interpreter, from), end)));
  }),
  some: testing((items, test) => items.some(test)),
  sort: changing(sort),
  splice: changing((items, args, interpreter) => {
    const [from, count, ...added] = args;
    const start = toInteger(interpreter, from);
    const removed = args.length < 2 ? items.length : Math.max(0, toInteger(interpreter, count));
    return makeArray(interpreter, items.splice(start, removed, ...added));
  }),
  toLocaleString: onItems((items, _, interpreter, self) => join(items, [], interpreter, self)),
  toString: onItems((items, _, interpreter, self) => join(items, [], interpreter, self)),
  unshift: changing((items, args) => items.unshift(...args)),
};

export const LIST_METHODS = new Map(Object.entries(METHODS));

/** `Array(...)`: one number is a length, anything else the items. */
export function makeList(interpreter: Interpreter, _: Value, args: Value[]): Value {
  const [length] = args;
  if (args.length !== 1 || typeof length !== "number") return makeArray(interpreter, args);
  if (length !== length >>> 0) return raise("RangeError");
  return newSparseArray(length);
}
