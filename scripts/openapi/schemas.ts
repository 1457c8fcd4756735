import * as z from "zod";
import { Asset, AssetPatch, Build, Filters, Metadata, WrappedAsset } from "../../src/definitions/schema.ts";
import { DESCRIBED_SCHEMAS } from "../../src/lib/schema-ref.ts";
import { refTo, type JsonSchema, type NamedSchema } from "../../src/lib/json-schema.ts";
import { Refresh } from "../../src/login/operations.ts";
import { NewNamespace } from "../../src/namespaces/operations.ts";
import { DefinitionSet } from "../../src/sets/answers.ts";

/** Schemas of Sensu's bodies, which their decoders bring along. */
const OF_DECODERS: readonly NamedSchema[] = [
  Asset,
  AssetPatch,
  Build,
  DefinitionSet,
  Filters,
  Metadata,
  NewNamespace,
  Refresh,
  WrappedAsset,
];

/** Every schema with a name as JSON Schema, by that name, in alphabetical order. */
export function allSchemas(): Record<string, JsonSchema> {
  // Made now, so that zod knows them.
  for (const { zod } of DESCRIBED_SCHEMAS) zod.meta();
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    io: "input",
    unrepresentable: "any",
    uri: (id) => refTo(id).$ref,
    override: ({ jsonSchema }) => tidy(jsonSchema),
  });
  const ofZod = Object.entries(schemas).map(([id, schema]) => [id, withoutNames(schema)] as const);
  const all = [...ofZod, ...OF_DECODERS.map(({ id, schema }) => [id, schema] as const)];
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The schema of a parameter, with its description and its example apart. */
export function parameterSchema(parameter: z.ZodType): {
  readonly schema: JsonSchema;
  readonly description: string;
  readonly example: unknown;
} {
  const json = z.toJSONSchema(parameter, {
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => tidy(jsonSchema),
  });
  const { description: _description, examples: _examples, ...schema } = withoutNames(json);
  // Asked of zod itself, which leaves examples out of the JSON Schema of what it transforms.
  const { description, examples } = parameter.meta() ?? {};
  if (description === undefined || !Array.isArray(examples))
    throw new Error(`a parameter needs a description and an example: ${JSON.stringify(json)}`);
  return { schema, description, example: examples[0] };
}

type Json = z.core.JSONSchema.BaseSchema;

/** Takes away what zod adds and no reader needs: keys are strings, whole numbers are safe, a date-time is one. */
function tidy(schema: Json): void {
  const { propertyNames: names } = schema;
  if (typeof names === "object" && names.type === "string") delete schema.propertyNames;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  // A number in a query is a text of digits; documents say what it means.
  if (schema.format === "date-time" || schema.type === "integer") delete schema.pattern;
}

function withoutNames({ $schema: _dialect, $id: _name, id: _id, ...schema }: Json): JsonSchema {
  return schema;
}
