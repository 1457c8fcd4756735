import type { core } from "zod/mini";

type Issue = core.$ZodIssue;
type Path = readonly PropertyKey[];

const STRUCTS: Record<string, string> = { metadata: "ObjectMeta", builds: "AssetBuild" };

/** Go's text for the first wrong type: `json: cannot unmarshal number into Go struct field Asset.url of type string`. */
export function shapeError(issues: readonly Issue[], value: unknown): string {
  const issue = issues[0];
  if (issue === undefined) return "json: cannot unmarshal the request body";
  const path = [...issue.path, ...innerPath(issue, value)];
  const found = goKind(valueAt(value, path));
  if (path.length === 0) return `json: cannot unmarshal ${found} into Go value of type v2.Asset`;
  return `json: cannot unmarshal ${found} into Go struct field ${fieldName(path)} of type ${goType(path)}`;
}

/** Filters are a union; the branch that was meant is the one of the value's own kind. */
function innerPath(issue: Issue, root: unknown): Path {
  if (issue.code !== "invalid_union") return [];
  const value = valueAt(root, issue.path);
  const branch = Array.isArray(value)
    ? issue.errors[0]
    : typeof value === "object"
      ? issue.errors[1]
      : undefined;
  return branch?.[0]?.path ?? [];
}

/** `Asset.url`, `ObjectMeta.metadata.labels`, `AssetBuild.builds.url`: indexes and map keys are not named. */
function fieldName(path: Path): string {
  const members = fieldPath(path);
  const struct = members.length > 1 ? (STRUCTS[members[0] ?? ""] ?? "Asset") : "Asset";
  return `${struct}.${members.join(".")}`;
}

function fieldPath(path: Path): string[] {
  const depth = path[0] === "metadata" ? 2 : path[0] === "builds" ? 3 : 1;
  return path.slice(0, depth).filter((part): part is string => typeof part === "string");
}

/** The Go type that the place wants; a place inside a list or a map wants its element. */
function goType(path: Path): string {
  const field = fieldPath(path).at(-1) ?? "";
  const depth = path[0] === "metadata" ? 2 : path[0] === "builds" ? 3 : 1;
  const inside = path.length > depth;
  if (path[0] === "metadata" && path.length === 1) return "v2.ObjectMeta";
  if (path[0] === "builds" && path.length === 1) return "[]*v2.AssetBuild";
  if (path[0] === "builds" && path.length === 2) return "v2.AssetBuild";
  if (field === "filters") return inside ? "string" : "[]string";
  if (field === "labels" || field === "annotations" || field === "headers") {
    return inside ? "string" : "map[string]string";
  }
  return "string";
}

/** What Go's decoder calls a value of this kind. */
export function goKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return value === null ? "null" : typeof value;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}
