import { decodeAsset } from "../definitions/decode.ts";
import type { Asset } from "../definitions/schema.ts";
import { assetNameProblem, parseAssetName, type AssetName } from "../identity/names.ts";
import { ApiError, invalid } from "../errors.ts";
import { atMostValues, parseBody } from "../http/body.ts";

/** Definitions of one set, and bytes of the body that brings them. */
const DEFINITIONS = 1_000;
export const SET_BYTES = 8 * 1024 * 1024;
/** Values of that body, at every level: two hundred for each definition, where long ones have a hundred and forty. */
const SET_VALUES = 200_000;

/** Definitions by their names. */
export type DefinitionSet = ReadonlyMap<AssetName, Asset>;

/**
 * A set of definitions: a JSON array, one definition, or one a line (NDJSON); each bare or wrapped. A body without
 * anything in it is no set: clients send one when the file they were to send is missing.
 */
export function readDefinitions(bytes: Uint8Array): DefinitionSet {
  const found = new Map<AssetName, Asset>();
  for (const [index, body] of bodiesIn(bytes).entries()) {
    const asset = placed(index, () => decodeAsset(body));
    const text = asset.metadata?.name ?? "";
    const name = parseAssetName(text);
    if (name === null) throw invalid(`definition ${index}: ${assetNameProblem(text)}`);
    if (found.has(name)) throw invalid(`definition ${index}: ${name} is there twice`);
    found.set(name, asset);
  }
  return found;
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
    return lines.map((line, index) => placed(index, () => parseBody(line, countValue)));
  }
  const first = bytes.find((byte) => byte > SPACE);
  if (first === undefined) throw invalid("the body is empty; send definitions, or [] for a set of none");
  let elements = 0;
  const body = parseBody(bytes, (depth) => {
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
