import { invalid } from "../errors.ts";
import { isObject } from "../lib/json.ts";
import { refTo, type JsonSchema, type NamedSchema } from "../lib/json-schema.ts";

/** Is called with the place of each member of a struct that the struct does not have, elements of lists by their index. */
export type OnUnknown = (path: readonly string[]) => void;

/** Where a value stands: the innermost struct, and the members that lead to it, as Go's errors name them. */
interface Place {
  readonly struct: string;
  readonly path: string;
  /** The same with the indices of lists, which Go's errors leave out. */
  readonly steps: readonly string[];
  readonly onUnknown: OnUnknown;
}

/** Reads a JSON value as Go's encoding/json reads it into a type (contract §1.4, V8-V20). */
export interface Decoder<T> {
  /** Go's name of the type, for errors. */
  readonly type: string;
  readonly decode: (value: unknown, place: Place) => T;
  /** The value with its members under their own names; what a merge patch needs, in which nulls have a meaning. */
  readonly fold: (value: unknown) => unknown;
  /** The JSON schema of the values it accepts, for documents. */
  readonly schema: JsonSchema;
}

/** Adds to the schema of a decoder. */
export function described<T>(decoder: Decoder<T>, more: JsonSchema): Decoder<T> {
  return { ...decoder, schema: { ...decoder.schema, ...more } };
}

/** Gives a decoder a name in the OpenAPI document, by which others refer to it. */
export function named<T>(id: string, decoder: Decoder<T>, more: JsonSchema): Decoder<T> & NamedSchema {
  return { ...described(decoder, more), id };
}

/** The type that a decoder returns. */
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

/** A decoder of the values that `accepts` is true for. */
function goType<V, T>(
  type: string,
  schema: JsonSchema,
  accepts: (value: unknown) => value is V,
  decode: (value: V, place: Place) => T,
  fold = (value: V): unknown => value,
): Decoder<T> {
  return {
    type,
    schema,
    decode: (value, place) => (accepts(value) ? decode(value, place) : mismatch(value, type, place)),
    fold: (value) => (accepts(value) ? fold(value) : value),
  };
}

const isString = (value: unknown) => typeof value === "string";
const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** A string; null is the empty one, where it stands in a list or a map. */
export const goString = goType("string", { type: "string" }, isString, (value) => value);

/** A whole number. */
export const goInteger = goType("int64", { type: "integer" }, isInteger, (value) => value);

const element = (value: unknown, place: Place) => goString.decode(value ?? "", place);

export const goStrings = goType(
  "[]string",
  { type: "array", items: goString.schema },
  isList,
  (value, place) => value.map((each) => element(each, place)),
);

export const goStringMap: Decoder<Record<string, string>> = goType(
  "map[string]string",
  { type: "object", additionalProperties: goString.schema },
  isObject,
  (value, place) =>
    Object.fromEntries(Object.entries(value).map(([key, each]) => [key, element(each, place)])),
);

/** A list of structs; a null element is refused, where Go's server panics. */
export function goList<T>(of: Decoder<T> & NamedSchema): Decoder<T[]> {
  return goType(
    `[]*${of.type}`,
    { type: "array", items: refTo(of.id) },
    isList,
    (value, place) =>
      value.map((each, index) => of.decode(each, { ...place, steps: [...place.steps, String(index)] })),
    (value) => value.map(of.fold),
  );
}

type Members = Record<string, Decoder<unknown>>;

/**
 * A struct: member names match in any letter case, the last one wins, null is no member. Unknown members vanish, and
 * `onUnknown` is called for each.
 * `struct` is its name in errors about its members.
 */
export function goStruct<M extends Members>(
  struct: string,
  type: string,
  members: M,
): Decoder<{ [K in keyof M]?: Decoded<M[K]> }> {
  const find = (key: string) => {
    const name = Object.hasOwn(members, key) ? key : key.toLowerCase();
    return { name, member: Object.hasOwn(members, name) ? members[name] : undefined };
  };
  const properties = Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      isNamed(member) ? refTo(member.id) : member.schema,
    ]),
  );
  return goType(
    type,
    { type: "object", properties },
    isObject,
    (value, { path, steps, onUnknown }) => {
      const decoded: { [K in keyof M]?: Decoded<M[K]> } = {};
      for (const [key, each] of Object.entries(value)) {
        const { name, member } = find(key);
        if (member === undefined) onUnknown([...steps, key]);
        if (member === undefined || each === null) continue;
        const made = member.decode(each, {
          struct,
          path: path === "" ? name : `${path}.${name}`,
          steps: [...steps, name],
          onUnknown,
        });
        Object.assign(decoded, { [name]: made });
      }
      return decoded;
    },
    (value) =>
      Object.fromEntries(
        Object.entries(value).flatMap(([key, each]) => {
          const { name, member } = find(key);
          return member === undefined ? [] : [[name, each === null ? null : member.fold(each)]];
        }),
      ),
  );
}

function isNamed(decoder: Decoder<unknown>): decoder is Decoder<unknown> & NamedSchema {
  return "id" in decoder;
}

/** Decodes a whole body. */
export function goDecode<T>(decoder: Decoder<T>, body: unknown, onUnknown: OnUnknown = () => undefined): T {
  return decoder.decode(body, { struct: "", path: "", steps: [], onUnknown });
}

/** What Go calls the kind of a JSON value. */
export function goKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return value === null ? "null" : typeof value;
}

function mismatch(value: unknown, type: string, { struct, path }: Place): never {
  const found = `json: cannot unmarshal ${goKind(value)} into Go`;
  throw invalid(
    path === ""
      ? `${found} value of type ${type}`
      : `${found} struct field ${struct}.${path} of type ${type}`,
  );
}
