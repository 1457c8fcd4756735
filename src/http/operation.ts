import type { Context } from "../context.ts";
import type { BodyReader } from "./request-body.ts";
import type { Parameter, Responses, Security } from "./openapi.ts";
import { strictQuery, type QueryReader } from "./query.ts";
import type { Tag } from "./tags.ts";

/** What an operation says of itself for documents; what it takes and answers is the rest of it. */
interface Description {
  /** Its operationId: unique in the whole API. */
  readonly id: string;
  readonly tag: Tag;
  /** One line, for tables. */
  readonly summary: string;
  readonly description: string;
  /** Examples of path parameters that differ from the usual ones. */
  readonly path?: Readonly<Record<string, unknown>>;
  /** The request headers that change the answer. */
  readonly headers?: readonly Parameter[];
  /** How an operation without a bearer is secured nevertheless. */
  readonly security?: Security;
  /** By status. What follows from the route table (401, 403, 415, 426, 429, 500) is added. */
  readonly answers: Responses;
}

/** A request as its handler sees it: its context, and what its query and its body say. */
export type Asked<Q, B> = Context & {
  readonly query: Q;
  /** Reads and checks the body. Throws what its reader throws. */
  readonly body: () => Promise<B>;
};

/** What an operation is made of. `S` is the part of the services that it calls. */
export interface OperationSpec<Q, B, S> extends Description {
  /** Without one, an operation has no parameters and refuses all. */
  readonly query?: QueryReader<Q>;
  readonly body?: BodyReader<B>;
  readonly handle: (asked: Asked<Q, B>, services: S) => Promise<Response> | Response;
}

/** One thing that the API does: its handler, and everything that is said about it. */
export interface Operation<S> extends Description {
  readonly query: QueryReader<unknown>;
  readonly body: BodyReader<unknown> | null;
  readonly serve: (context: Context, services: S) => Promise<Response> | Response;
}

const NO_QUERY = strictQuery(() => ({}));

/** Makes an operation of its description and its handler, whose types follow from its query and its body. */
export function operation<S, Q = object, B = undefined>(spec: OperationSpec<Q, B, S>): Operation<S> {
  const { query, body, handle, ...description } = spec;
  return {
    ...description,
    query: query ?? NO_QUERY,
    body: body ?? null,
    serve(context, services) {
      // Without a reader there is nothing in the query and no body, which is what the types then say.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const asked = (query ?? NO_QUERY).read(context.url.searchParams) as Q;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const read = async () => (body === undefined ? undefined : await body.read(context.request)) as B;
      return handle({ ...context, query: asked, body: read }, services);
    },
  };
}
