import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAsset, decodePatch } from "../../src/assets/decode.ts";
import { ApiError } from "../../src/errors.ts";
import * as schemas from "../../scripts/openapi/schemas/assets.ts";
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
  it("takes what the schema takes, nulls aside, and nothing else", () => {
    fc.assert(
      fc.property(body, (value) => {
        const expected = schemas.Asset.safeParse(withoutNulls(value));
        const decoded = attempt(() => decodeAsset(value));
        expect("value" in decoded).toBe(expected.success);
        if ("value" in decoded && expected.success) expect(decoded.value).toEqual(expected.data);
      }),
      { numRuns: runs(2_000) },
    );
  });

  it("finds members in any letter case, the last one winning, and a patch keeps its nulls", () => {
    expect(decodeAsset(JSON.parse('{"URL":"a","url":"b","MetaData":{"NAME":"x","other":1}}'))).toEqual({
      url: "b",
      metadata: { name: "x" },
    });
    expect(decodePatch({ URL: null, Metadata: { Labels: { a: null }, x: 1 } })).toEqual({
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
