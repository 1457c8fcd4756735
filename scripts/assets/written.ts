// The forms of a dump: those of `sensuctl dump`, and a bare array as its list commands write.
import type { Listed } from "./listed.ts";
import { yamlText } from "../command/output.ts";

export const DUMP_FORMATS = ["yaml", "json", "wrapped-json"] as const;
export type DumpFormat = (typeof DUMP_FORMATS)[number];

/** The text of a dump, piece by piece. */
export async function* written(
  pages: AsyncIterable<readonly Listed[]>,
  format: DumpFormat,
): AsyncGenerator<string> {
  let first = true;
  if (format === "json") yield "[";
  for await (const page of pages) {
    for (const asset of page.map(withoutNulls)) {
      if (format === "json") yield `${first ? "" : ","}\n${indented(asset)}`;
      else if (format === "wrapped-json") yield `${JSON.stringify(wrapped(asset), null, 2)}\n`;
      else yield `${first ? "" : "---\n"}${yamlText(inKeyOrder(wrapped(asset)))}`;
      first = false;
    }
  }
  if (format === "json") yield first ? "]\n" : "\n]\n";
}

/** Older clients refuse a null where a list or map belongs, and `builds` where they know none; absent is the same. */
function withoutNulls({ metadata, ...spec }: Listed): Listed {
  const members = Object.entries(spec).filter(([, value]) => value !== null);
  const { builds } = spec;
  return {
    ...Object.fromEntries(members),
    ...(Array.isArray(builds) ? { builds: builds.map(withoutNullMembers) } : {}),
    metadata,
  };
}

function withoutNullMembers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

function indented(asset: Listed): string {
  // Line ends alone: to a regular expression a line also begins after U+2028, which may stand in a string.
  return `  ${JSON.stringify(asset, null, 2).replaceAll("\n", "\n  ")}`;
}

/** Sensu's envelope: what a resource is, its metadata, and the rest. */
interface Wrapped {
  readonly type: "Asset";
  readonly api_version: "core/v2";
  readonly metadata: unknown;
  readonly spec: unknown;
}

function wrapped({ metadata, ...spec }: Listed): Wrapped {
  return { type: "Asset", api_version: "core/v2", metadata, spec };
}

/** sensuctl writes the members of metadata and spec by name in YAML, so that two dumps compare line by line. */
function inKeyOrder({ metadata, spec, ...kind }: Wrapped): Wrapped {
  return { ...kind, metadata: sorted(metadata), spec: sorted(spec) };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}
