// What a document is: an asset, another resource of Sensu, or a mistake.
import { nearestName } from "../../src/lib/nearest-name.ts";

/**
 * The type of a resource that is Sensu's and no asset, such as `core/v2.CheckConfig`; null for an asset, however its type
 * is capitalised. Throws where a type is spelled nearly like an asset's, or the spec is one: left out, it would be deleted
 * by a prune.
 */
export function otherKind(value: unknown): string | null {
  if (!isObject(value)) return null;
  const { type, api_version: version, spec } = value;
  if (!isObject(spec)) return null;
  if (typeof type !== "string")
    throw new Error("this has a spec and no type; write type: Asset if it is one");
  if (type.trim().toLowerCase() === "asset") return null;
  if (nearestName(type, ["Asset"]) !== null)
    throw new Error(`${JSON.stringify(type)} is no type of Sensu's; did you mean Asset?`);
  const own = ["sha512", "builds"].find((name) => memberOf(spec, name) !== undefined);
  if (own !== undefined)
    throw new Error(
      `the type is ${JSON.stringify(type)}, and spec.${own} is an asset's; write type: Asset if it is one`,
    );
  return `${typeof version === "string" ? version : "core/v2"}.${type}`;
}

/** What of an asset must be text and is not, each with its path and what to write. */
export function valueProblems(value: Readonly<Record<string, unknown>>): string[] {
  const spec = value["spec"];
  if (!isObject(spec)) return [...archiveProblems(value, ""), ...metadataProblems(value)];
  return [...archiveProblems(spec, "spec."), ...metadataProblems(value)];
}

function metadataProblems(value: Readonly<Record<string, unknown>>): string[] {
  const metadata = memberOf(value, "metadata");
  if (!isObject(metadata)) return [];
  return [
    ...["name", "namespace"].flatMap((name) => textProblem(memberOf(metadata, name), `metadata.${name}`)),
    ...["labels", "annotations"].flatMap((name) => mapProblems(memberOf(metadata, name), `metadata.${name}`)),
  ];
}

/** An asset itself or one of its builds. */
function archiveProblems(archive: Readonly<Record<string, unknown>>, at: string): string[] {
  const filters = memberOf(archive, "filters");
  const builds = memberOf(archive, "builds");
  return [
    ...["url", "sha512"].flatMap((name) => textProblem(memberOf(archive, name), `${at}${name}`)),
    ...mapProblems(memberOf(archive, "headers"), `${at}headers`),
    ...(Array.isArray(filters)
      ? filters.flatMap((filter, index) => textProblem(filter, `${at}filters[${index}]`))
      : mapProblems(filters, `${at}filters`)),
    ...(Array.isArray(builds) ? builds : []).flatMap((build: unknown, index) =>
      isObject(build) ? archiveProblems(build, `${at}builds[${index}].`) : [],
    ),
  ];
}

function mapProblems(value: unknown, at: string): string[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    textProblem(member, /^\w+$/.test(name) ? `${at}.${name}` : `${at}[${JSON.stringify(name)}]`),
  );
}

function textProblem(value: unknown, at: string): string[] {
  if (typeof value === "boolean") return [`${at} is ${value}, not text: write '${value}', in quotes`];
  // What stands in the file is no longer known: 1.10 is read as 1.1, and a digest of digits as an approximation.
  if (typeof value === "number")
    return [`${at} is the number ${value}, not text: put what the file says in quotes`];
  return [];
}

/** The member of a name in any letter case, as Go finds it. */
function memberOf(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return value[name] ?? Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
