// The definitions that files hold, checked before anything is sent, so that every problem is told with its place.
import { decodeAsset } from "../../src/definitions/decode.ts";
import type { Asset } from "../../src/definitions/schema.ts";
import { assetProblem } from "../../src/definitions/validate.ts";
import { Budget } from "../../src/es5/budget.ts";
import { FilterReader } from "../../src/es5/filter-reader.ts";
import type { CommandIo } from "../command/io.ts";
import { documentsIn, type Document } from "./documents.ts";
import { Mistake } from "../command/mistake.ts";
import { readSources } from "./sources.ts";

/** One asset as it is to be, and where it was written down. */
export interface Definition {
  readonly name: string;
  readonly where: string;
  /** The definition as it is sent. */
  readonly json: string;
}

/** What a command is given: assets, and how many resources of other types stand beside them. */
export interface DefinitionSet {
  readonly definitions: readonly Definition[];
  readonly others: ReadonlyMap<string, number>;
}

/** Problems told at once; who has more of them has one cause of them all. */
const SHOWN = 20;

/** Reads all definitions that files, folders and `-` hold; other resources of Sensu are counted and left out. */
export async function readDefinitions(
  paths: readonly string[],
  namespace: string,
  io: CommandIo,
): Promise<DefinitionSet> {
  const sources = await readSources(paths, io);
  return definitionsIn(
    sources.flatMap(({ text, file }) => documentsIn(text, file)),
    namespace,
  );
}

/** The same for documents. */
export function definitionsIn(documents: readonly Document[], namespace: string): DefinitionSet {
  const found = new Map<string, Definition>();
  const others = new Map<string, number>();
  const problems: string[] = [];
  for (const document of documents) {
    const other = otherType(document.value);
    if (other !== null) {
      others.set(other, (others.get(other) ?? 0) + 1);
      continue;
    }
    try {
      const definition = readDefinition(document, namespace);
      const twin = found.get(definition.name);
      if (twin !== undefined) throw new Error(`${definition.name} is in ${twin.where} already`);
      found.set(definition.name, definition);
    } catch (error) {
      problems.push(`${document.where}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (problems.length > 0) throw refusal(problems);
  return { definitions: [...found.values()], others };
}

/** The type of a resource that is Sensu's and no asset: `core/v2.CheckConfig`. */
function otherType(value: unknown): string | null {
  if (!isObject(value) || typeof value["type"] !== "string" || !isObject(value["spec"])) return null;
  if (value["type"] === "Asset") return null;
  const version = value["api_version"];
  return `${typeof version === "string" ? version : "core/v2"}.${value["type"]}`;
}

function readDefinition({ value, where }: Document, namespace: string): Definition {
  if (!isObject(value)) throw new Error(`this is ${JSON.stringify(value)?.slice(0, 60)}, not a definition`);
  const asset = decodeAsset(value);
  if (asset.metadata?.name === undefined && asset.url === undefined && asset.builds === undefined) {
    throw new Error(
      "this is no asset, neither as {type, api_version, metadata, spec} nor as {metadata, url, sha512}",
    );
  }
  const name = asset.metadata?.name ?? "";
  const stated = asset.metadata?.namespace ?? "";
  const problem = otherNamespace(stated, namespace) ?? assetProblem(asset, new FilterReader(new Budget()));
  if (problem !== null) throw new Error(name === "" ? problem : `${name}: ${problem}`);
  const placed: Asset = { ...asset, metadata: { ...asset.metadata, namespace } };
  return { name, where, json: JSON.stringify(placed) };
}

function otherNamespace(stated: string, namespace: string): string | null {
  if (stated === "" || stated === namespace) return null;
  return `it is of the namespace ${stated}, and this is for ${namespace}: say --namespace ${stated}, or take the member out`;
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
