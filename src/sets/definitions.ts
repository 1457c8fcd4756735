import { readAsset, type WrittenAsset } from "../definitions/decode.ts";
import { encodeAsset } from "../definitions/encode.ts";
import type { Json } from "../definitions/merge-patch.ts";
import { differenceLines } from "../history/difference.ts";
import { assetNameProblem, parseAssetName, type AssetName, type Namespace } from "../identity/names.ts";
import { UNKNOWN_KEPT } from "../definitions/unknown-members.ts";
import { valueProblems } from "../definitions/value-problems.ts";
import { excerpt } from "../lib/excerpt.ts";
import { isObject } from "../lib/json.ts";
import { ApiError, invalid } from "../errors.ts";
import { atMostValues, parseWholeBody } from "../http/body.ts";

/** Definitions of one set, and bytes of the body that brings them. */
const DEFINITIONS = 1_000;
export const SET_BYTES = 8 * 1024 * 1024;
/** Values of that body, at every level: two hundred for each definition, where long ones have a hundred and forty. */
const SET_VALUES = 200_000;

/** Definitions by their names. */
export type DefinitionSet = ReadonlyMap<AssetName, WrittenAsset>;

/**
 * A set of definitions: a JSON array, one definition, or one a line (NDJSON); each bare or wrapped. A body without
 * anything in it is no set: clients send one when the file they were to send is missing. Repeats of a definition are
 * one when they would be stored alike in the namespace.
 */
export function readDefinitions(bytes: Uint8Array, namespace: Namespace): DefinitionSet {
  const found = new Map<AssetName, Repeatable>();
  for (const [index, body] of bodiesIn(bytes).entries()) {
    const written = placed(index, () => readValues(body));
    const text = written.asset.metadata?.name ?? "";
    const name = parseAssetName(text);
    if (name === null) throw invalid(`definition ${index}: ${assetNameProblem(text)}`);
    const first = found.get(name);
    if (first === undefined) found.set(name, { index, written, normal: null });
    else found.set(name, joined(name, first, { index, written, normal: null }, namespace));
  }
  return new Map([...found].map(([name, { written }]) => [name, written]));
}

/** As `readAsset`; an error also names the first value of a wrong type by its path, as Sensu's text does not. */
function readValues(body: unknown): WrittenAsset {
  try {
    return readAsset(body);
  } catch (error) {
    const [problem] = isObject(body) ? valueProblems(body) : [];
    if (problem === undefined || !(error instanceof ApiError)) throw error;
    throw invalid(`${error.message}; ${excerpt(problem, LINE_CHARACTERS)}`);
  }
}

/** A definition with its place in the set; `normal` is what it would be stored as, once that was needed. */
interface Repeatable {
  readonly index: number;
  readonly written: WrittenAsset;
  readonly normal: string | null;
}

/** Lines of a difference that an error shows, and characters of each. */
const SHOWN_LINES = 5;
const LINE_CHARACTERS = 200;

/** Two definitions of one name as one, with the unknown members of both; `invalidArgument` shows how they differ. */
function joined(name: AssetName, first: Repeatable, second: Repeatable, namespace: Namespace): Repeatable {
  const normal = first.normal ?? normalForm(first.written, namespace);
  const other = normalForm(second.written, namespace);
  if (normal !== other) {
    throw invalid(
      `definition ${second.index}: ${name} is definition ${first.index} too, and they differ: ${shownDifference(normal, other)}`,
    );
  }
  const { asset, unknown } = first.written;
  const more = second.written.unknown.slice(0, UNKNOWN_KEPT - unknown.length);
  return { index: first.index, written: { asset, unknown: [...unknown, ...more] }, normal };
}

/** Without what does not matter: nulls, the order of members, the writer's name, a namespace that the path says too. */
function normalForm({ asset }: WrittenAsset, namespace: Namespace): string {
  const metadata = { namespace, ...asset.metadata, created_by: "" };
  return encodeAsset({ ...asset, metadata }, "as-written");
}

function shownDifference(first: string, second: string): string {
  const [from, to]: [Json, Json] = [JSON.parse(first), JSON.parse(second)];
  const lines = differenceLines(from, to);
  const shown = lines.slice(0, SHOWN_LINES).map((line) => excerpt(line, LINE_CHARACTERS));
  const more = lines.length > shown.length ? [`and ${lines.length - shown.length} more lines`] : [];
  return [...shown, ...more].join("; ");
}

/** Says of which definition an error speaks. */
export function placed<T>(at: number | string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw placedError(at, error);
  }
}

export function placedError(at: number | string, error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  return new ApiError(error.kind, `definition ${at}: ${error.message}`, { cause: error });
}

/** Refuses what is too much before it parses it. */
function bodiesIn(bytes: Uint8Array): unknown[] {
  const countValue = atMostValues(SET_VALUES);
  const lines = objectLines(bytes);
  if (lines !== null) {
    return lines.map((line, index) => placed(index, () => parseWholeBody(line, countValue)));
  }
  const first = bytes.find((byte) => byte > SPACE);
  if (first === undefined) throw invalid("the body is empty; send definitions, or [] for a set of none");
  let elements = 0;
  // What follows the value is refused: it would be definitions that a prune takes for absent.
  const body = parseWholeBody(bytes, (depth) => {
    if (first === OPEN_ARRAY && depth === 1) elements += 1;
    if (elements > DEFINITIONS) throw tooMany();
    countValue();
  });
  return Array.isArray(body) ? body : [body];
}

/** The lines of NDJSON: several that each hold a whole object. Null for anything else, which is one JSON value. */
function objectLines(bytes: Uint8Array): Uint8Array[] | null {
  const lines: Uint8Array[] = [];
  for (const line of linesOf(bytes)) {
    if (!isObjectLine(line)) return null;
    if (lines.length === DEFINITIONS) throw tooMany();
    lines.push(line);
  }
  return lines.length > 1 ? lines : null;
}

function tooMany(): ApiError {
  return invalid(`a set cannot hold more than ${DEFINITIONS} definitions`);
}

/** The lines that hold anything, one at a time. */
function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === NEWLINE) start = at + 1;
    if (byte <= SPACE) continue;
    const found = bytes.indexOf(NEWLINE, at);
    const end = found === -1 ? bytes.length : found;
    yield bytes.subarray(start, end);
    at = end;
    start = end + 1;
  }
}

/** `{` at the start and `}` at the end, blanks aside. */
function isObjectLine(line: Uint8Array): boolean {
  return (
    line.find((byte) => byte > SPACE) === OPEN_OBJECT &&
    line.findLast((byte) => byte > SPACE) === CLOSE_OBJECT
  );
}

const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const NEWLINE = 0x0a;
const SPACE = 0x20;
