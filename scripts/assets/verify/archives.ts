// The archives that definitions name: each once, with all that name it.
import { sourceKey, sourcesOf, type ArchiveSource } from "../../../src/archives/source.ts";
import type { Asset } from "../../../src/definitions/schema.ts";

/** A build that names an archive. */
export interface Use {
  readonly namespace: string;
  readonly name: string;
  readonly build: number;
}

/** An archive and the builds that name it. */
export interface Named {
  readonly source: ArchiveSource;
  readonly uses: readonly Use[];
}

/** The archives of assets, in the order in which they are first named. */
export function archivesOf(
  assets: Iterable<{ readonly namespace: string; readonly name: string; readonly asset: Asset }>,
): Named[] {
  const found = new Map<string, { source: ArchiveSource; uses: Use[] }>();
  for (const { namespace, name, asset } of assets) {
    for (const [build, source] of sourcesOf(asset).entries()) {
      const key = sourceKey(source);
      const named = found.get(key) ?? { source, uses: [] };
      named.uses.push({ namespace, name, build });
      found.set(key, named);
    }
  }
  return [...found.values()];
}
