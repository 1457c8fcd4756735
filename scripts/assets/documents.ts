// The documents of a text in any form that sensuctl reads or writes: YAML, JSON, one JSON value after another, NDJSON.
import { parseAllDocuments } from "yaml";
import { refuseHuge } from "./expansion.ts";
import { scanJson } from "../../src/go-json/json.ts";
import { Mistake } from "../command/mistake.ts";

/** One value of a file and where it stands there. */
export interface Document {
  /** Null where nothing stands: between two `---`, or in a whole file. */
  readonly value: unknown;
  /** `assets.yaml, document 2`. */
  readonly where: string;
}

/** Reads all values of a text; what begins like JSON is JSON unless the file is named as YAML. */
export function documentsIn(text: string, file: string): Document[] {
  const documents = isJson(text, file) ? jsonDocuments(text, file) : yamlDocuments(text, file);
  return documents.length === 0 ? [{ value: null, where: file }] : documents.flatMap(elements);
}

/** Whether a text may have been cut off: half a document of YAML is YAML, and its last line then has no end. */
export function mayBeCutOff(text: string, file: string): boolean {
  return text.trim() !== "" && !text.endsWith("\n") && !isJson(text, file);
}

function isJson(text: string, file: string): boolean {
  return /^\s*[{[]/.test(text) && !/\.ya?ml$/i.test(file);
}

/** JSON values one after the other, as `sensuctl dump` writes them and NDJSON has them, or a single one. */
function jsonDocuments(text: string, file: string): Document[] {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const found: Document[] = [];
  for (let start = afterBlanks(bytes, 0); start < bytes.length;) {
    const where = `${file}, document ${found.length + 1}`;
    const rest = bytes.subarray(start);
    const scanned = scanJson(rest);
    if ("error" in scanned) throw notJson(where, lineOf(bytes, start), scanned.error);
    found.push({ where, value: JSON.parse(decoder.decode(rest.subarray(0, scanned.end))) });
    start = afterBlanks(bytes, start + scanned.end);
  }
  return found;
}

function notJson(where: string, line: number, error: string): Mistake {
  return new Mistake(`${where} (it begins at line ${line}) is not JSON: ${error}`, "correct it there");
}

function yamlDocuments(text: string, file: string): Document[] {
  // What sensuctl reads YAML with knows merge keys.
  const documents = parseAllDocuments(text, { merge: true, prettyErrors: true });
  return [...documents].map((document, index) => {
    const where = `${file}, document ${index + 1}`;
    const [error] = document.errors;
    if (error !== undefined)
      throw new Mistake(`${where} is not YAML: ${error.message.trim()}`, "correct it there");
    refuseHuge(document, text.length, where);
    return {
      where: documents.length === 1 && document.contents === null ? file : where,
      value: plainValue(() => document.toJS({ maxAliasCount: -1 }), where),
    };
  });
}

/** The value as JSON has it: a date or a number that JSON has no form for was meant as a text. */
function plainValue(read: () => unknown, where: string): unknown {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    throw new Mistake(`${where} is not YAML: ${String(error)}`, "correct it there");
  }
  const json = JSON.stringify(value, (key, member: unknown) => {
    if (typeof member === "number" && !Number.isFinite(member))
      throw new Mistake(`${where}: ${key} is read as a number too large for one`, "put the text in quotes");
    return member;
  });
  return json === undefined ? null : JSON.parse(json);
}

/** The elements of a list, which a list command writes; anything else is one. */
function elements({ value, where }: Document): Document[] {
  if (!Array.isArray(value)) return [{ value, where }];
  return value.map((element: unknown, index) => ({
    value: element,
    where: `${where}, element ${index + 1}`,
  }));
}

function afterBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at += 1;
  return at;
}

function lineOf(bytes: Uint8Array, at: number): number {
  return bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
}
