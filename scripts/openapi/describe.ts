import type { TAGS } from "./tags.ts";
import type { Answer, Parameter, Reference, RequestBody, Security } from "./model.ts";

/** What the route table does not say of a route: what it is for, what it takes and how it answers. */
export interface Described {
  /** The operationId. */
  readonly id: string;
  readonly tag: keyof typeof TAGS;
  readonly text: string;
  /** Examples of path parameters that differ from the usual ones. */
  readonly path?: Readonly<Record<string, unknown>>;
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly body?: RequestBody;
  /** How a route without a bearer is secured nevertheless. */
  readonly security?: Security;
  /** By status. What follows from the route table (401, 403, 415, 426, 429, 500) is added. */
  readonly answers: Readonly<Record<string, Answer | Reference>>;
}

/** Descriptions by method and path, as in src/routes.ts. */
export type Descriptions = Readonly<Record<string, Described>>;
