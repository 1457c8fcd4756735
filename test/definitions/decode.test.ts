import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAsset, decodePatch } from "../../src/definitions/decode.ts";
import { ApiError } from "../../src/errors.ts";
import { Asset } from "../../src/definitions/schema.ts";
import { shapeFault } from "../support/decoder-schema.ts";
import { runs } from "../support/nightly.ts";

/** Values of the shapes an asset is made of, right and wrong. */
const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const member = fc.oneof(
  leaf,
  fc.array(leaf, { maxLength: 2 }),
  fc.dictionary(fc.string(), leaf, { maxKeys: 2 }),
);
const some = (names: string[]) => fc.dictionary(fc.constantFrom(...names), member, { maxKeys: 3 });
const body = fc.record(
  {
    url: member,
    sha512: member,
    filters: member,
    headers: member,
    builds: fc.oneof(member, fc.array(some(["url", "sha512", "filters", "headers"]), { maxLength: 2 })),
    metadata: fc.oneof(member, some(["name", "namespace", "labels", "annotations", "created_by"])),
  },
  { requiredKeys: [] },
);

describe("the decoder of an asset", () => {
  it("accepts exactly what its JSON schema accepts, nulls aside", () => {
    fc.assert(
      fc.property(body, (value) => {
        const written = withoutNulls(value) as Record<string, unknown>;
        const fault = shapeFault(written, Asset);
        const decoded = attempt(() => decodeAsset(value));
        expect([decoded, fault]).toEqual(
          fault === null ? [{ value: knownOf(written) }, null] : [{ message: expect.any(String) }, fault],
        );
      }),
      { numRuns: runs(2_000) },
    );
  });

  it("finds members in any letter case, the last one winning, and a patch keeps its nulls", () => {
    expect(decodeAsset(JSON.parse('{"URL":"a","url":"b","MetaData":{"NAME":"x","other":1}}'))).toEqual({
      url: "b",
      metadata: { name: "x" },
    });
    expect(decodePatch({ URL: null, Metadata: { Labels: { a: null }, x: 1 } }).patch).toEqual({
      url: null,
      metadata: { labels: { a: null } },
    });
  });
});

function attempt<T>(work: () => T): { value: T } | { message: string } {
  try {
    return { value: work() };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { message: error.message };
  }
}

/** What is left of an asset without members that Sensu does not have. */
function knownOf({ metadata, ...rest }: Record<string, unknown>): Record<string, unknown> {
  if (metadata === undefined) return rest;
  const known = new Set(["name", "namespace", "labels", "annotations", "created_by"]);
  return {
    ...rest,
    metadata: Object.fromEntries(Object.entries(metadata as object).filter(([key]) => known.has(key))),
  };
}

const STRINGS = /^(?:filters|headers|labels|annotations)$/;

/** Null is no member of a struct, and the empty string in a list or map of strings; a build must be an object. */
function withoutNulls(value: unknown, inStrings = false): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value))
    return value.map((each: unknown) => (each === null && inStrings ? "" : withoutNulls(each)));
  const members = Object.entries(value).flatMap(([key, each]: [string, unknown]) => {
    if (each === null) return inStrings ? [[key, ""]] : [];
    return [[key, withoutNulls(each, !inStrings && STRINGS.test(key))]];
  });
  return Object.fromEntries(members);
}
