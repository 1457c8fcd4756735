import { toNumber, toText } from "../convert.ts";
import { descend, invoke, payText, raise, refuse, spend, type Machine } from "../machine.ts";
import { getMember, listItems, memberNames } from "../members.ts";
import {
  ABSENT,
  fromData,
  isCallable,
  isObject,
  type Native,
  type ScriptObject,
  type Value,
} from "../values.ts";

function parse(machine: Machine, _: Value, [text, reviver]: Value[]): Value {
  if (isCallable(reviver)) refuse("the reviver of JSON.parse");
  const source = toText(machine, text);
  spend(machine, source.length);
  try {
    return fromData(JSON.parse(source));
  } catch (error) {
    return raise("SyntaxError", error instanceof Error ? error.message : "");
  }
}

function stringify(machine: Machine, _: Value, [value, ...rest]: Value[]): Value {
  if (rest.some((one) => one !== undefined && one !== null)) refuse("the layout of JSON.stringify");
  const text = write(machine, "", value, []);
  if (text !== undefined) payText(machine, text.length);
  return text;
}

/** ES5 §15.12.3, members in byte order and signs of HTML escaped, as Go writes JSON. */
function write(machine: Machine, name: string, value: Value, inside: ScriptObject[]): string | undefined {
  if (!isObject(value)) return writePrimitive(value);
  const toJson = getMember(machine, value, "toJSON");
  if (isCallable(toJson)) return write(machine, name, invoke(machine, toJson, value, [name]), inside);
  if (value.kind === "String" || value.kind === "Boolean") return writePrimitive(value.primitive);
  if (value.kind === "Number") return writePrimitive(toNumber(machine, value));
  if (value.kind === "Function") return undefined;
  if (inside.includes(value)) raise("TypeError", "Converting circular structure to JSON");
  const { depth } = machine;
  descend(machine);
  const within = [...inside, value];
  const text =
    value.kind === "Array" ? writeList(machine, value, within) : writeObject(machine, value, within);
  machine.depth = depth;
  payText(machine, text.length);
  return text;
}

function writePrimitive(value: Value): string | undefined {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value);
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function writeList(machine: Machine, list: ScriptObject, inside: ScriptObject[]): string {
  const items = listItems(machine, list).map((item, index) =>
    item === ABSENT ? "null" : (write(machine, String(index), item, inside) ?? "null"),
  );
  return `[${items.join(",")}]`;
}

function writeObject(machine: Machine, object: ScriptObject, inside: ScriptObject[]): string {
  const members = memberNames(machine, object)
    .toSorted()
    .flatMap((name) => {
      const text = write(machine, name, object.members.get(name), inside);
      return text === undefined ? [] : [`${writePrimitive(name)}:${text}`];
    });
  return `{${members.join(",")}}`;
}

export const JSON_FUNCTIONS: ReadonlyMap<string, Native> = new Map<string, Native>([
  ["parse", parse],
  ["stringify", stringify],
]);
