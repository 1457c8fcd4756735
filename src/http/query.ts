import { invalid } from "../errors.ts";
import { nearestName } from "../lib/nearest-name.ts";

/** Reads the text of one query parameter, or throws `invalidArgument` with the parameter's name. */
export type ParameterReader<T> = (text: string, name: string) => T;

/** Any text. */
export const text: ParameterReader<string> = (value) => value;

/** `true` or `false`, in lower case. */
export const flag: ParameterReader<boolean> = (value, name) => {
  if (value === "true" || value === "false") return value === "true";
  throw invalid(`invalid ${name} "${shortened(value)}": use true or false`);
};

/** A whole number of at most 15 digits. */
export const wholeNumber: ParameterReader<number> = (value, name) => {
  if (!/^\d{1,15}$/.test(value)) throw invalid(`invalid ${name} "${shortened(value)}": use a whole number`);
  return Number(value);
};

type Readers = Readonly<Record<string, ParameterReader<unknown>>>;

/** What `readQuery` makes of a query: a member for each parameter that was sent. */
export type Query<R extends Readers> = {
  readonly [K in keyof R]?: R[K] extends ParameterReader<infer T> ? T : never;
};

/**
 * Reads a query of our own API (design: our own API is strict). A parameter that is not in `readers`, one that is sent
 * twice and one whose text does not fit are `invalidArgument`. `aliases` are other spellings of known parameters.
 */
export function readQuery<R extends Readers>(
  query: URLSearchParams,
  readers: R,
  aliases: Readonly<Record<string, keyof R & string>> = {},
): Query<R> {
  const values: Query<R> = {};
  for (const [sent, value] of query) {
    const name = Object.hasOwn(aliases, sent) ? (aliases[sent] ?? sent) : sent;
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read === undefined) throw unknownParameter(sent, Object.keys(readers));
    if (Object.hasOwn(values, name)) throw invalid(`the parameter ${name} is repeated; send it once`);
    Object.assign(values, { [name]: read(value, name) });
  }
  return values;
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

/** Errors repeat what was sent, but not all of a long text. */
function shortened(value: string): string {
  return value.length > 64 ? `${value.slice(0, 64)}...` : value;
}

/** A whole number of a query or path; null when absent or empty. */
export function readSeq(value: string | null | undefined, what: string): number | null {
  return value === null || value === undefined || value === "" ? null : wholeNumber(value, what);
}

/** A time of a query, RFC 3339 or Unix seconds, as milliseconds since the epoch; null when absent or empty. */
export function readTime(value: string | null, what: string): number | null {
  if (value === null || value === "") return null;
  const time = /^\d{1,12}$/.test(value) ? Number(value) * 1000 : Date.parse(value);
  if (Number.isNaN(time)) {
    throw invalid(`invalid ${what} "${value}": use a time such as 2026-01-31T12:00:00Z, or Unix seconds`);
  }
  return time;
}
