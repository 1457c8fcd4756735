import * as z from "zod";
import { refTo, type NamedSchema } from "../lib/json-schema.ts";

/** What can be described in the OpenAPI document: a zod schema with an `id`, or what brings a named schema. */
export type Described = z.ZodType | NamedSchema;

/** A reference to a schema by its name in the document. */
export function ref(described: Described): { readonly $ref: string } {
  return refTo(idOf(described));
}

function idOf(described: Described): string {
  if (!(described instanceof z.ZodType)) return described.id;
  const id = described.meta()?.id;
  if (id === undefined)
    throw new Error("a schema without an id cannot be referred to: give it one with .meta()");
  return id;
}
