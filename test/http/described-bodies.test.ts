import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type * as z from "zod";
import * as access from "../../scripts/openapi/schemas/access.ts";
import { NewNamespace } from "../../scripts/openapi/schemas/common.ts";
import * as history from "../../scripts/openapi/schemas/history.ts";
import { ApiError } from "../../src/errors.ts";
import { Rollback } from "../../src/history/handlers.ts";
import { goDecode, type Decoder } from "../../src/http/go-decode.ts";
import { NewKey, Rotation } from "../../src/keys/handlers.ts";
import { Refresh } from "../../src/login/handlers.ts";
import { Namespace } from "../../src/namespaces/handlers.ts";
import { runs } from "../support/nightly.ts";

/** What the Worker reads a body with, and what the OpenAPI document says of that body, members all optional. */
const BODIES: readonly (readonly [string, Decoder<unknown>, z.ZodObject])[] = [
  ["a key to be made", NewKey, access.NewKey.partial()],
  ["a rotation", Rotation, access.Rotation],
  ["a refresh token", Refresh, access.Refresh.partial()],
  ["a namespace", Namespace, NewNamespace],
  ["a rollback", Rollback, history.Rollback.partial()],
];

const leaf = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean());
const member = fc.oneof(
  leaf,
  fc.array(leaf, { maxLength: 2 }),
  fc.dictionary(fc.string(), leaf, { maxKeys: 1 }),
);

describe("the decoder takes what the OpenAPI document says, and nothing else, of", () => {
  it.each(BODIES)("%s", (_, decoder, schema) => {
    const names = Object.keys(schema.shape);
    const body = fc.dictionary(fc.constantFrom(...names, "other"), member, { maxKeys: 3 });
    fc.assert(
      fc.property(body, (value) => {
        const expected = schema.safeParse(value);
        const decoded = attempt(() => goDecode(decoder, value));
        expect("value" in decoded).toBe(expected.success);
        if ("value" in decoded && expected.success) expect(decoded.value).toEqual(expected.data);
      }),
      { numRuns: runs(500) },
    );
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
