import fc from "fast-check";
import type { Media } from "../../src/http/openapi.ts";
import type { JsonSchema } from "../../src/lib/json-schema.ts";
import { resolved } from "./document.ts";

type Arbitrary = fc.Arbitrary<unknown>;

/** Values as a schema of the document says; half of them its examples, where it has some. */
export function valuesOf(schema: JsonSchema): Arbitrary {
  if ("$ref" in schema) return valuesOf(resolved(schema as unknown as { readonly $ref: string }));
  const { examples } = schema;
  const made = madeOf(schema);
  return Array.isArray(examples)
    ? fc.oneof(fc.constantFrom<unknown>(...(examples as unknown[])), made)
    : made;
}

/** Text of a body of this type as its schema says, or as one of its examples. */
export function bodiesOf(media: Media): fc.Arbitrary<string> {
  const examples = Object.values(media.examples ?? {}).map(({ value }) => value);
  const values = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...examples) },
    { weight: 1, arbitrary: valuesOf(media.schema) },
  );
  return values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
}

function madeOf(schema: JsonSchema): Arbitrary {
  const { const: only, enum: some, anyOf, type } = schema;
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(some)) return fc.constantFrom<unknown>(...(some as unknown[]));
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((each: JsonSchema) => valuesOf(each)));
  switch (type) {
    case "string":
      return stringsOf(schema);
    case "integer":
      return fc.integer({
        min: numberOf(schema["minimum"], -1_000),
        max: numberOf(schema["maximum"], 10_000),
      });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(valuesOf(schema["items"] as JsonSchema), {
        minLength: numberOf(schema["minItems"], 0),
        maxLength: 3,
      });
    case "object":
      return objectsOf(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function stringsOf({ pattern, maxLength, contentSchema }: JsonSchema): Arbitrary {
  if (contentSchema !== undefined) {
    const lines = fc.array(valuesOf(contentSchema as JsonSchema), { maxLength: 3 });
    return lines.map((values) => values.map((value) => `${JSON.stringify(value)}\n`).join(""));
  }
  if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern, "u"), { maxLength: 200 });
  return fc.string({ maxLength: Math.min(numberOf(maxLength, 20), 20), unit: "grapheme" });
}

function objectsOf(schema: JsonSchema): Arbitrary {
  const { properties = {}, required = [], additionalProperties: others, patternProperties = {} } = schema;
  const members = Object.entries(properties as Record<string, JsonSchema>).map(
    ([name, each]) => [name, valuesOf(each)] as const,
  );
  const known = fc.record(Object.fromEntries(members), { requiredKeys: required as string[] });
  const more = [
    ...Object.entries(patternProperties as Record<string, JsonSchema>).map(([pattern, each]) =>
      fc.dictionary(fc.stringMatching(new RegExp(pattern, "u"), { maxLength: 30 }), valuesOf(each), {
        maxKeys: 2,
      }),
    ),
    ...(typeof others === "object"
      ? [fc.dictionary(fc.string(), valuesOf(others as JsonSchema), { maxKeys: 3 })]
      : []),
  ];
  return fc.tuple(known, ...more).map((parts) => Object.assign({}, ...parts) as unknown);
}

function numberOf(keyword: unknown, otherwise: number): number {
  return typeof keyword === "number" ? keyword : otherwise;
}
