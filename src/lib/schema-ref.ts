import type * as z from "zod";
import { refTo, type NamedSchema } from "./json-schema.ts";
import { once } from "./once.ts";

/**
 * A body of our own API, or an answer. The schema is made when it is first asked for, since an isolate that starts should
 * not pay for it: that of a body when one is read, that of an answer only for documents and tests.
 */
export class DescribedSchema<T extends z.ZodType = z.ZodType> {
  readonly id: string;
  readonly description: string;
  readonly #schema: () => T;

  constructor(id: string, description: string, make: () => T) {
    this.id = id;
    this.description = description;
    this.#schema = once(() => make().meta({ id, description }));
  }

  get zod(): T {
    return this.#schema();
  }
}

/** Every answer and body that has been described so far. */
export const DESCRIBED_SCHEMAS: DescribedSchema[] = [];

/** Describes an answer. `id` is its name in the OpenAPI document, where others refer to it. */
export function answerSchema(id: string, description: string, make: () => z.ZodType): DescribedSchema {
  return describedSchema(id, description, make);
}

/** Describes a body, which must be a strict object: see `jsonBody`. */
export function bodySchema<T extends z.ZodObject>(
  id: string,
  description: string,
  make: () => T,
): DescribedSchema<T> {
  return describedSchema(id, description, make);
}

function describedSchema<T extends z.ZodType>(
  id: string,
  description: string,
  make: () => T,
): DescribedSchema<T> {
  const schema = new DescribedSchema(id, description, make);
  DESCRIBED_SCHEMAS.push(schema);
  return schema;
}

/** What has a name in the OpenAPI document: an answer or a body of our own API, or what brings a named schema. */
export type Described = DescribedSchema | NamedSchema;

/** A reference to a schema by its name in the document. */
export function ref({ id }: Described): { readonly $ref: string } {
  return refTo(id);
}
