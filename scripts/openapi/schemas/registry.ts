import * as z from "zod";
import type { Schema } from "../model.ts";

const PREFIX = "#/components/schemas/";

/** A reference to a schema that has an `id`, which is its name in the document. */
export function ref(schema: z.ZodType): { readonly $ref: string } {
  const id = schema.meta()?.id;
  if (id === undefined)
    throw new Error("a schema without an id cannot be referred to: give it one with .meta()");
  return { $ref: PREFIX + id };
}

/** Every schema with an `id` as JSON Schema, by that id, in the order of the alphabet. */
export function allSchemas(): Record<string, Schema> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    io: "input",
    uri: (id) => PREFIX + id,
    override({ jsonSchema }) {
      // What zod adds and no reader needs: keys are strings, whole numbers are safe, a date-time is one.
      const { propertyNames: names } = jsonSchema;
      if (typeof names === "object" && names.type === "string") delete jsonSchema.propertyNames;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, { $schema: _dialect, $id: _name, id: _id, ...schema }]) => [id, schema]),
  );
}
