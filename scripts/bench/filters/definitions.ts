// The largest definitions and sets that are legal, filled with given filters.

const DEFINITION_BYTES = 512_000;
const SET_BYTES = 8 * 1024 * 1024;
const SET_DEFINITIONS = 1_000;
const BUILDS = 100;
const FILTERS = 50;

const SHA512 = "0f".repeat(64);

export interface Definition {
  readonly metadata: { readonly name: string };
  readonly builds: readonly {
    readonly url: string;
    readonly sha512: string;
    readonly filters: readonly string[];
  }[];
}

/** Builds with one filter each, as many as fit into these bytes. */
export function oneFilterEach(
  filter: (number: number) => string,
  bytes = DEFINITION_BYTES,
  first = 0,
): Definition {
  return definition(1, filter, bytes, first);
}

/** Builds with as many filters as they may have, as many as fit into these bytes. */
export function manyFilters(
  filter: (number: number) => string,
  bytes = DEFINITION_BYTES,
  first = 0,
): Definition {
  return definition(FILTERS, filter, bytes, first);
}

function definition(
  each: number,
  filter: (number: number) => string,
  bytes: number,
  first: number,
): Definition {
  const builds: { url: string; sha512: string; filters: string[] }[] = [];
  const metadata = { name: `asset-${first}` };
  let left = bytes - 1_000;
  let number = first;
  while (builds.length < BUILDS && left > 0) {
    const build = { url: "https://e/a", sha512: SHA512, filters: [] as string[] };
    left -= JSON.stringify(build).length;
    while (build.filters.length < each) {
      const text = filter(number);
      left -= JSON.stringify(text).length + 1;
      if (left < 0) break;
      number += 1;
      build.filters.push(text);
    }
    if (build.filters.length > 0) builds.push(build);
  }
  return { metadata, builds };
}

/** The largest set of such definitions; no two filters of it are the same. */
export function setOf(make: typeof oneFilterEach, filter: (number: number) => string): Definition[] {
  const bytes = Math.floor(SET_BYTES / SET_DEFINITIONS);
  return Array.from({ length: SET_DEFINITIONS }, (_, index) => make(filter, bytes - 100, index * 5_000));
}
