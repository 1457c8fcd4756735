import type * as z from "zod";
import { invalid } from "../errors.ts";
import { nearestName } from "../lib/nearest-name.ts";
import { once } from "../lib/once.ts";
import type { Parameter } from "./openapi.ts";
import { readParameter, shortened } from "./parameters.ts";

/** Query parameters by name. One whose schema takes a list may be repeated. */
export type QueryShape = Readonly<Record<string, z.ZodType>>;

/** How the query of an operation is read. */
export interface QueryReader<T> {
  readonly shape: () => QueryShape;
  /** Whether parameters that are not in the shape are refused. */
  readonly isStrict: boolean;
  /** Describes parameters whose names are not known beforehand. */
  readonly open?: Parameter;
  /** Throws `invalidArgument` with the name of the parameter that cannot be read. */
  readonly read: (sent: URLSearchParams) => T;
}

/** What a shape makes of a query; `M` is the function that makes the shape. */
export type QueryOf<M extends () => QueryShape> = {
  readonly [K in keyof ReturnType<M>]: z.output<ReturnType<M>[K]>;
};

/**
 * The query of our own API (design: our own API is strict): a parameter that is not in the shape, or is repeated, is
 * `invalidArgument`. `aliases` are other spellings of known parameters.
 */
export function strictQuery<S extends QueryShape>(
  makeShape: () => S,
  aliases: Readonly<Record<string, keyof S & string>> = {},
): QueryReader<QueryOf<() => S>> {
  const shapeOnce = once(makeShape);
  return {
    shape: shapeOnce,
    isStrict: true,
    read(sent) {
      const shape = shapeOnce();
      const values = new Map<string, string[]>();
      for (const [spelled, value] of sent) {
        const name = Object.hasOwn(aliases, spelled) ? (aliases[spelled] ?? spelled) : spelled;
        if (!Object.hasOwn(shape, name)) throw unknownParameter(spelled, Object.keys(shape));
        const before = values.get(name) ?? [];
        if (before.length > 0 && !isRepeatable(shape[name]))
          throw invalid(`the parameter ${name} is repeated; send it once`);
        values.set(name, [...before, value]);
      }
      return readAll(shape, (name) => values.get(name) ?? []);
    },
  };
}

/** The query of Sensu's API: unknown parameters are ignored, the first of a repeated one counts, an empty one is absent. */
export function lenientQuery<S extends QueryShape>(makeShape: () => S): QueryReader<QueryOf<() => S>> {
  const shapeOnce = once(makeShape);
  return {
    shape: shapeOnce,
    isStrict: false,
    read: (sent) => readAll(shapeOnce(), (name) => sent.getAll(name).filter((value) => value !== "")),
  };
}

function readAll<S extends QueryShape>(
  shape: S,
  valuesOf: (name: string) => readonly string[],
): QueryOf<() => S> {
  const read = Object.entries(shape).map(([name, schema]) => {
    const values = valuesOf(name);
    return [name, readParameter(schema, name, isRepeatable(schema) ? values : values[0])];
  });
  // The names and the types of the values are those of the shape, which entries do not say.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(read) as QueryOf<() => S>;
}

function isRepeatable(schema: z.ZodType | undefined): boolean {
  return schema?.type === "array";
}

function unknownParameter(sent: string, known: readonly string[]) {
  const nearest = nearestName(sent, known);
  const hint =
    nearest !== null
      ? `did you mean ${nearest}?`
      : known.length === 0
        ? "this route has no parameters"
        : `this route has ${known.join(", ")}`;
  return invalid(`unknown parameter "${shortened(sent)}"; ${hint}`);
}
