import { decodeAsset } from "../assets/decode.ts";
import type { Asset } from "../assets/schema.ts";
import { assetNameProblem, parseAssetName, type AssetName } from "../identity/names.ts";
import { ApiError, invalid } from "../errors.ts";
import { parseBody } from "../http/body.ts";

/** Definitions of one set, and bytes of the body that brings them. */
const DEFINITIONS = 1_000;
export const SET_BYTES = 8 * 1024 * 1024;

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
    if (found.size === DEFINITIONS) throw invalid(`a set cannot hold more than ${DEFINITIONS} definitions`);
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

function bodiesIn(bytes: Uint8Array): unknown[] {
  const lines = linesOf(bytes);
  const [first] = lines;
  if (first === undefined) throw invalid("the body is empty; send definitions, or [] for a set of none");
  // Several lines that each hold a whole object are NDJSON; anything else is one JSON value.
  if (lines.length > 1 && lines.every(isObjectLine))
    return lines.map((line, index) => placed(index, () => parseBody(line)));
  const body = parseBody(bytes);
  return Array.isArray(body) ? body : [body];
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start);
    const line = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (line.some((byte) => byte > SPACE)) lines.push(line);
    start = end === -1 ? bytes.length : end + 1;
  }
  return lines;
}

/** `{` at the start and `}` at the end, blanks aside. */
function isObjectLine(line: Uint8Array): boolean {
  return line.find((byte) => byte > SPACE) === 0x7b && line.findLast((byte) => byte > SPACE) === 0x7d;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;
