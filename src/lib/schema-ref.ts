import * as z from "zod";
import { refTo, type NamedSchema } from "./json-schema.ts";

/**
 * What an answer looks like, for documents and tests. The schema is made when it is asked for: the Worker never asks, and
 * an isolate that starts should not pay for it.
 */
export class AnswerSchema {
  readonly id: string;
  readonly description: string;
  readonly #make: () => z.ZodType;
  #made: z.ZodType | null = null;

  constructor(id: string, description: string, make: () => z.ZodType) {
    this.id = id;
    this.description = description;
    this.#make = make;
  }

  get zod(): z.ZodType {
    this.#made ??= this.#make().meta({ id: this.id, description: this.description });
    return this.#made;
  }
}

/** Every answer that has been described so far. */
export const ANSWER_SCHEMAS: AnswerSchema[] = [];

/** Describes an answer. `id` is its name in the OpenAPI document, where others refer to it. */
export function answerSchema(id: string, description: string, make: () => z.ZodType): AnswerSchema {
  const schema = new AnswerSchema(id, description, make);
  ANSWER_SCHEMAS.push(schema);
  return schema;
}

/** What has a name in the OpenAPI document: an answer, a body of our own API, or what brings a named schema. */
export type Described = AnswerSchema | z.ZodType | NamedSchema;

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
