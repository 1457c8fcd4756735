import { invalid } from "../errors.ts";

/** Where a value stands: the innermost struct, and the members that lead to it, as Go's errors name them. */
interface Place {
  readonly struct: string;
  readonly path: string;
}

/** Reads a JSON value as Go's encoding/json reads it into a type (contract §1.4, V8-V20). */
export interface Decoder<T> {
  /** Go's name of the type, for errors. */
  readonly type: string;
  readonly decode: (value: unknown, place: Place) => T;
  /** The value with its members under their own names; what a merge patch needs, in which nulls have a meaning. */
  readonly fold: (value: unknown) => unknown;
}

/** What a decoder makes. */
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

const same = (value: unknown) => value;

/** A string; null is the empty one, where it stands in a list or a map. */
export const goString: Decoder<string> = {
  type: "string",
  decode: (value, place) => (typeof value === "string" ? value : mismatch(value ?? null, "string", place)),
  fold: same,
};

/** A whole number. */
export const goInteger: Decoder<number> = {
  type: "int64",
  decode: (value, place) =>
    typeof value === "number" && Number.isSafeInteger(value) ? value : mismatch(value, "int64", place),
  fold: same,
};

const element = (value: unknown, place: Place) => (value === null ? "" : goString.decode(value, place));

export const goStrings: Decoder<string[]> = {
  type: "[]string",
  decode: (value, place) =>
    Array.isArray(value) ? value.map((each) => element(each, place)) : mismatch(value, "[]string", place),
  fold: same,
};

export const goStringMap: Decoder<Record<string, string>> = {
  type: "map[string]string",
  decode: (value, place) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, element(each, place)]))
      : mismatch(value, "map[string]string", place),
  fold: same,
};

/** A list of structs; an element must be one, where Go's server would fall over a null. */
export function goList<T>(of: Decoder<T>): Decoder<T[]> {
  const type = `[]*${of.type}`;
  return {
    type,
    decode: (value, place) =>
      Array.isArray(value) ? value.map((each) => of.decode(each, place)) : mismatch(value, type, place),
    fold: (value) => (Array.isArray(value) ? value.map(of.fold) : value),
  };
}

type Members = Record<string, Decoder<unknown>>;

/**
 * A struct: member names match in any letter case, the last one wins, unknown members vanish, null is no member.
 * `struct` is the name that errors about its members bear.
 */
export function goStruct<M extends Members>(
  struct: string,
  type: string,
  members: M,
): Decoder<{ [K in keyof M]?: Decoded<M[K]> }> {
  const find = (key: string) => (Object.hasOwn(members, key) ? key : key.toLowerCase());
  return {
    type,
    decode(value, place) {
      if (!isObject(value)) return mismatch(value, type, place);
      const { path } = place;
      const decoded: { [K in keyof M]?: Decoded<M[K]> } = {};
      for (const [key, each] of Object.entries(value)) {
        const name = find(key);
        const member = Object.hasOwn(members, name) ? members[name] : undefined;
        if (member === undefined || each === null) continue;
        const made = member.decode(each, { struct, path: path === "" ? name : `${path}.${name}` });
        Object.assign(decoded, { [name]: made });
      }
      return decoded;
    },
    fold(value) {
      if (!isObject(value)) return value;
      const entries = Object.entries(value).map(([key, each]) => [find(key), each] as const);
      return Object.fromEntries(
        entries.flatMap(([name, each]) => {
          const member = Object.hasOwn(members, name) ? members[name] : undefined;
          return member === undefined ? [] : [[name, each === null ? null : member.fold(each)]];
        }),
      );
    },
  };
}

/** Decodes a whole body. */
export function goDecode<T>(decoder: Decoder<T>, body: unknown): T {
  return decoder.decode(body, { struct: "", path: "" });
}

/** What Go calls the kind of a JSON value. */
export function goKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return value === null ? "null" : typeof value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mismatch(value: unknown, type: string, { struct, path }: Place): never {
  const found = `json: cannot unmarshal ${goKind(value)} into Go`;
  throw invalid(
    path === ""
      ? `${found} value of type ${type}`
      : `${found} struct field ${struct}.${path} of type ${type}`,
  );
}
