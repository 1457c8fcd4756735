// Values of a definition that are no text where text belongs: YAML reads `true` and `1.10` as something else.
import { isObject } from "../lib/json.ts";

/** What of an asset must be text and is not, each with its path and what to write. */
export function valueProblems(value: Readonly<Record<string, unknown>>): string[] {
  const spec = value["spec"];
  const [asset, at] = isObject(spec) ? [spec, "spec."] : [value, ""];
  const builds = memberOf(asset, "builds");
  return [
    ...archiveProblems(asset, at),
    ...(Array.isArray(builds) ? builds : []).flatMap((build: unknown, index) =>
      isObject(build) ? archiveProblems(build, `${at}builds[${index}].`) : [],
    ),
    ...metadataProblems(value),
  ];
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
  return [
    ...["url", "sha512"].flatMap((name) => textProblem(memberOf(archive, name), `${at}${name}`)),
    ...mapProblems(memberOf(archive, "headers"), `${at}headers`),
    ...(Array.isArray(filters)
      ? filters.flatMap((filter, index) => textProblem(filter, `${at}filters[${index}]`))
      : mapProblems(filters, `${at}filters`)),
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
export function memberOf(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return value[name] ?? Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}
