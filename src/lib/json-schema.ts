/** A JSON Schema, as in OpenAPI 3.1. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema with the name it has in the OpenAPI document. */
export interface NamedSchema {
  readonly id: string;
  readonly schema: JsonSchema;
}

/** The reference to the schema of a name. */
export function refTo(id: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${id}` };
}
