import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { ApiError } from "../../src/errors.ts";
import { goDecode } from "../../src/go-json/decode.ts";
import { jsonBody } from "../../src/http/request-body.ts";
import { DescribedSchema } from "../../src/lib/schema-ref.ts";
import { NewKey, Rotation } from "../../src/keys/bodies.ts";
import { Refresh } from "../../src/login/operations.ts";
import { NewNamespace } from "../../src/namespaces/operations.ts";
import { shapeFault } from "../support/decoder-schema.ts";

const Body = new DescribedSchema("TestBody", "", () =>
  z.strictObject({
    name: z.string(),
    count: z.int().min(0, { error: "use 0 or more" }).default(7),
    tags: z.array(z.string()).default([]),
  }),
);
const DESCRIPTION = { description: "", examples: {} };

function read(reader: { read: (request: Request) => Promise<unknown> }, body: string): Promise<unknown> {
  return reader.read(new Request("http://localhost/", { method: "POST", body }));
}

describe("a JSON body of our own API", () => {
  const reader = jsonBody(Body, DESCRIPTION);

  it("builds its schema once, for the first body", async () => {
    const make = vi.fn<() => z.ZodObject>(() => z.strictObject({ name: z.string() }));
    const lazy = jsonBody(new DescribedSchema("LazyBody", "", make), DESCRIPTION);
    expect(make).not.toHaveBeenCalled();
    await read(lazy, '{"name":"a"}');
    await read(lazy, '{"name":"b"}');
    expect(make).toHaveBeenCalledTimes(1);
  });

  it("has its defaults filled in", async () => {
    expect(await read(reader, '{"name":"a"}')).toEqual({ name: "a", count: 7, tags: [] });
  });

  it.each([
    ['{"name":"a","cuont":1}', 'unknown member "cuont"; did you mean count?'],
    ['{"name":"a","Count":1}', 'unknown member "Count"; did you mean count?'],
    ['{"name":"a","other":1}', 'unknown member "other"; the body has name, count, tags'],
    ["{}", "name is missing"],
    ['{"name":5}', "name is of type number; it must be a string"],
    ['{"name":null}', "name is of type null; it must be a string"],
    ['{"name":"a","count":1.5}', "count is of type number; it must be a whole number"],
    ['{"name":"a","count":-1}', "invalid count: use 0 or more"],
    ['{"name":"a","tags":["b",1]}', "tags.1 is of type number; it must be a string"],
    ['{"name":"a","tags":"b"}', "tags is of type string; it must be a list"],
    ["[]", "the body is of type array; it must be an object"],
    ["null", "the body is of type null; it must be an object"],
    ["", "unexpected end of JSON input"],
    ['{"name":"a"}{"count":1}', "invalid character '{' after top-level value"],
  ])("%s is refused", async (body, message) => {
    await expect(read(reader, body)).rejects.toThrow(message);
    await expect(read(reader, body)).rejects.toBeInstanceOf(ApiError);
  });

  it("may be empty where it is not required, and then has its defaults", async () => {
    const optional = jsonBody(Rotation, { ...DESCRIPTION, required: false });
    expect(await read(optional, "")).toEqual({ overlap: 86_400 });
    await expect(read(optional, '{"overlapp":0}')).rejects.toThrow(
      'unknown member "overlapp"; did you mean overlap?',
    );
  });

  it("of a new key takes RFC 3339 times and Unix seconds, and null for never", async () => {
    const key = jsonBody(NewKey, DESCRIPTION);
    const at = async (expiry: string) => read(key, `{"name":"a","grants":[],"expires_at":${expiry}}`);
    expect(await at('"2100-01-01T00:00:00Z"')).toMatchObject({ expires_at: 4_102_444_800_000 });
    expect(await at("4102444800")).toMatchObject({ expires_at: 4_102_444_800_000 });
    expect(await at("null")).toMatchObject({ expires_at: null });
    await expect(at('"tomorrow"')).rejects.toThrow(
      "invalid expires_at: use a time such as 2026-01-31T12:00:00Z",
    );
  });
});

describe("a body of Sensu's API is taken where its JSON schema takes it, members all optional, and not elsewhere:", () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean());
  const member = fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 2 }),
    fc.dictionary(fc.string(), leaf, { maxKeys: 1 }),
  );

  it.each([
    ["a refresh token", Refresh, ["refresh_token"]],
    ["a namespace", NewNamespace, ["name"]],
  ] as const)("%s", (_, decoder, names) => {
    const body = fc.dictionary(fc.constantFrom(...names, "other"), member, { maxKeys: 3 });
    fc.assert(
      fc.property(body, (value) => {
        const { required: _required, ...schema } = decoder.schema;
        const fault = shapeFault(value, { schema });
        let refused = false;
        try {
          goDecode<unknown>(decoder, value);
        } catch {
          refused = true;
        }
        expect([refused, fault]).toEqual([fault !== null, fault]);
      }),
      { numRuns: 500 },
    );
  });
});
