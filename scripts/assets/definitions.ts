// The definitions that files hold, checked before anything is sent, so that every problem is named with its place.
import { readAsset, type WrittenAsset } from "../../src/definitions/decode.ts";
import { likelyMember, pathOf } from "../../src/definitions/unknown-members.ts";
import { assetProblem } from "../../src/definitions/validate.ts";
import { valueProblems } from "../../src/definitions/value-problems.ts";
import { Budget } from "../../src/es5/budget.ts";
import { FilterReader } from "../../src/es5/filter-reader.ts";
import { namespaceProblem } from "../../src/identity/names.ts";
import { isObject } from "../../src/lib/json.ts";
import type { CommandIo } from "../command/io.ts";
import { Mistake } from "../command/mistake.ts";
import { printable } from "../command/terminal.ts";
import { documentsIn, mayBeCutOff, type Document } from "./documents.ts";
import { otherKind } from "./kinds.ts";
import { readSources } from "./sources.ts";
import { comparable, differences, inPlace, type Form } from "./forms.ts";

/** One asset as it is to be, and where it was written down. */
export interface Definition extends Form {
  readonly name: string;
  readonly where: string;
}

/** Where definitions go. */
export interface Destination {
  /** The namespace of those that say none. */
  readonly namespace: string;
  /** The namespace of all, whatever they say. */
  readonly into: string | undefined;
  /** Who manages them, which becomes a label. */
  readonly managedBy: string | undefined;
}

/** What was read and may not be what was meant, so that an asset may be missing where it belongs. */
export interface Doubt {
  readonly said: string;
  readonly remedy: string;
}

/** What a command is given. */
export interface DefinitionSet {
  /** The assets by the namespaces they go to. */
  readonly namespaces: ReadonlyMap<string, readonly Definition[]>;
  /** How many resources of other types stand beside them. */
  readonly others: ReadonlyMap<string, number>;
  /** What was not read although it may hold definitions. */
  readonly skipped: readonly string[];
  readonly doubts: readonly Doubt[];
  /** Whether all that was given is an empty list, which somebody wrote down. */
  readonly emptyList: boolean;
}

/** Problems shown at once; more of them have one cause. */
const SHOWN = 20;

/** Reads all definitions that files, folders, URLs and `-` hold; other resources of Sensu are counted and left out. */
export async function readDefinitions(
  paths: readonly string[],
  destination: Destination,
  io: CommandIo,
): Promise<DefinitionSet> {
  const { sources, skipped } = await readSources(paths, io);
  const documents = sources.flatMap(({ text, file }) => documentsIn(text, file));
  const emptyList = sources.length > 0 && sources.every(({ text }) => /^\s*\[\s*\]\s*$/.test(text));
  const set = definitionsIn(documents, destination);
  const cutOff = sources
    .filter(({ text, file }) => mayBeCutOff(text, file))
    .map(({ file }) => ({
      said: `the last line of ${file} has no line end, as if the file was cut off`,
      remedy: "end the line if nothing is missing",
    }));
  return { ...set, doubts: [...set.doubts, ...cutOff], skipped, emptyList };
}

/** The same for documents. */
export function definitionsIn(
  documents: readonly Document[],
  destination: Destination,
): Pick<DefinitionSet, "namespaces" | "others" | "doubts"> {
  const found = new Map<string, Map<string, Definition>>();
  const others = new Map<string, number>();
  const doubts: Doubt[] = [];
  const problems: string[] = [];
  for (const document of documents) {
    if (document.value === null) {
      doubts.push({ said: `${document.where} is empty`, remedy: "take it away if nothing is missing" });
      continue;
    }
    try {
      const other = otherKind(document.value);
      if (other === null) doubts.push(...add(found, document, destination));
      else others.set(other, (others.get(other) ?? 0) + 1);
    } catch (error) {
      problems.push(`${document.where}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (problems.length > 0) throw refusal(problems);
  const namespaces = [...found].map(([name, definitions]) => [name, [...definitions.values()]] as const);
  return { namespaces: new Map(namespaces), others, doubts };
}

/** Adds a definition to its namespace, where one may be that says the same; returns what is doubtful about it. */
function add(
  found: Map<string, Map<string, Definition>>,
  document: Document,
  destination: Destination,
): Doubt[] {
  const written = readDefinition(document);
  const { asset } = written;
  const name = asset.metadata?.name ?? "";
  const stated = asset.metadata?.namespace ?? "";
  const namespace = destination.into ?? (stated === "" ? destination.namespace : stated);
  const problem =
    namespaceProblem(namespace) ??
    assetProblem({ ...asset, metadata: { ...asset.metadata, namespace } }, new FilterReader(new Budget()));
  if (problem !== null) throw new Error(name === "" ? problem : `${name}: ${problem}`);
  const form = inPlace(document.value, asset, { namespace, managedBy: destination.managedBy });
  const definition: Definition = { ...form, name, where: document.where };
  const here = found.get(namespace) ?? new Map<string, Definition>();
  const twin = here.get(name);
  if (twin !== undefined && comparable(twin) !== comparable(definition)) {
    throw new Error(
      `${name} is in ${twin.where} too, and differs:\n    ${differences(twin, definition).join("\n    ")}`,
    );
  }
  if (twin === undefined) here.set(name, definition);
  found.set(namespace, here);
  return destination.into === undefined ? lostNamespaces(written, document.where) : [];
}

/** Members that were most likely meant as the namespace, which the definition then does not go to. */
function lostNamespaces({ unknown }: WrittenAsset, where: string): Doubt[] {
  return unknown
    .filter((member) => likelyMember(member) === "metadata.namespace")
    .map(({ parent, name }) => ({
      said: `${where} has ${printable(pathOf(parent, name))}, which was most likely meant as metadata.namespace`,
      remedy: "correct it",
    }));
}

function readDefinition({ value }: Document): WrittenAsset {
  if (!isObject(value)) throw new Error(`this is ${JSON.stringify(value)?.slice(0, 60)}, not a definition`);
  const wrong = valueProblems(value);
  if (wrong.length > 0) throw new Error(wrong.join("; "));
  const written = readAsset(isObject(value["spec"]) ? { ...value, type: "Asset" } : value);
  const { asset } = written;
  if (asset.metadata?.name === undefined && asset.url === undefined && asset.builds === undefined) {
    throw new Error(
      "this is no asset, neither as {type, api_version, metadata, spec} nor as {metadata, url, sha512}",
    );
  }
  return written;
}

function refusal(problems: readonly string[]): Mistake {
  const shown = problems.slice(0, SHOWN).join("\n  ");
  const more = problems.length > SHOWN ? `\n  and ${problems.length - SHOWN} more` : "";
  const count = problems.length === 1 ? "1 definition is" : `${problems.length} definitions are`;
  return new Mistake(
    `${count} not right:\n  ${shown}${more}\nNothing was sent`,
    "correct them and run it again",
  );
}
