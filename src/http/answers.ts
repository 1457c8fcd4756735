import type { JsonSchema } from "../lib/json-schema.ts";
import { headers } from "./answer-headers.ts";
import { ErrorBody } from "./error-body.ts";
import type { Answer, Content, Example, Header, Reference } from "./openapi.ts";
import { ref, type Described } from "../lib/schema-ref.ts";

const COMMON = ["Cache-Control", "X-Content-Type-Options?"];
const JSON_TYPE = "application/json";

interface AnswerHeaders {
  /** Names of headers; with a `?` those that need not be there. */
  readonly headers?: readonly string[];
  /** Headers that no other answer has. */
  readonly described?: Readonly<Record<string, Header>>;
}

/** An answer without a body. */
export function empty(
  description: string,
  { headers: names = [], described = {} }: AnswerHeaders = {},
): Answer {
  return { description, headers: { ...headers(...COMMON, ...names), ...described } };
}

/** An answer in one or more types. */
export function content(description: string, types: Content, more: AnswerHeaders = {}): Answer {
  return { ...empty(description, more), content: types };
}

/** A JSON answer with an example. */
export function json(
  description: string,
  schema: Described,
  example: unknown,
  more: AnswerHeaders = {},
): Answer {
  return content(description, { [JSON_TYPE]: { schema: ref(schema), example } }, more);
}

/** A list of these as a JSON answer. */
export function list(
  description: string,
  items: Described,
  example: unknown,
  more: AnswerHeaders = {},
): Answer {
  const schema = { type: "array", items: ref(items) };
  return content(description, { [JSON_TYPE]: { schema, example } }, more);
}

/** An error with messages that clients meet. */
export function refusal(
  description: string,
  code: number,
  messages: readonly string[],
  more: AnswerHeaders = {},
): Answer {
  const [first] = messages;
  const example = (message: string | undefined): Example => ({ value: { message, code } });
  const shown =
    messages.length === 1
      ? { example: { message: first, code } }
      : {
          examples: Object.fromEntries(
            messages.map((message, index) => [`error${index + 1}`, example(message)]),
          ),
        };
  const all = { ...more, headers: ["X-Request-Id", ...(more.headers ?? [])] };
  return content(description, { [JSON_TYPE]: { schema: ref(ErrorBody), ...shown } }, all);
}

/** 400 with messages that clients meet. */
export function invalid(...messages: readonly string[]): Answer {
  return refusal("Something in the request is wrong; the message says what, in Sensu's words.", 1, messages);
}

/** 404 with Sensu's one text for whatever is not there, or others. */
export function notFound(description: string, ...messages: readonly string[]): Answer {
  return refusal(description, 2, messages.length === 0 ? ["not found"] : messages);
}

/** Answers that several routes share. */
export const SHARED: Readonly<Record<string, Answer>> = {
  Unauthenticated: refusal(
    "There is no credential of a known scheme, or it does not hold; the message does not say why.",
    5,
    ["bad credentials", "invalid credentials"],
    { headers: ["WWW-Authenticate"] },
  ),
  PermissionDenied: refusal("The credential does not grant this. Decided before anything is looked up.", 4, [
    "unauthorized to perform action",
  ]),
  NotModified: empty("What the client has is still the same.", {
    headers: [
      "ETag",
      "X-Cache",
      "Age",
      "Vary?",
      "Warning?",
      "Server-Timing?",
      "Sensu-Continue?",
      "X-Archive-State?",
    ],
  }),
  PreconditionFailed: refusal("If-Match or If-None-Match does not hold; nothing was written.", 7, [
    "at least one condition failed for the asset my-secure-asset",
  ]),
  TooLarge: refusal(
    "The body is larger than 512,000 bytes (of a set: 8 MiB), or an asset would be stored as more than 1,900,000 (a set: 18 MiB), or the facts in it are more than 10,000 values.",
    1,
    [
      "request body too large: the limit is 512000 bytes",
      "the asset is too large: it would be stored as 3030412 bytes, and the limit is 1900000",
    ],
  ),
  UnsupportedEncoding: refusal(
    "The body is compressed (any Content-Encoding but `identity`).",
    1,
    ["a compressed body is not accepted; send it without Content-Encoding"],
    { headers: ["Accept-Encoding"] },
  ),
  UpgradeRequired: refusal(
    "The request is a WebSocket handshake.",
    1,
    [
      "there are no WebSockets here: send the request over HTTP without Upgrade; to follow changes, GET /api/edge/v1/changes with Accept: text/event-stream",
    ],
    { headers: ["Upgrade?"] },
  ),
  TooManyRequests: refusal(
    "Too many failed credentials from this address.",
    9,
    ["too many failed credentials; wait a minute"],
    { headers: ["Retry-After"] },
  ),
  InternalError: refusal("Something is wrong here, not with the request.", 0, [
    "internal error occurred; request id 8f14e45f-ceea-467f-a1c2-2f3f9d1f6d8b",
  ]),
  Unavailable: refusal(
    "The database, or the issuer of tokens, does not answer, or other writers were always faster. Nothing was acknowledged; the request may be sent again. A write that got no answer in time may still have happened: the message says so.",
    0,
    [
      "the database does not answer; try again",
      "the database does not answer; until it does, an API key may only read",
      "the database's answer was lost or late, so the write may or may not have happened: GET what you wrote, or send it again with If-Match",
    ],
    { headers: ["Retry-After"] },
  ),
  NoNamespace: notFound("The path names no namespace, or one that does not exist."),
  BadQuery: invalid('unknown parameter "name"; this route has no parameters'),
  BadNamespace: invalid("resource is invalid: namespace name cannot contain spaces or special characters"),
  NoRoute: notFound(
    "The answer of every path that this document does not have.",
    "not found",
    "not found: the path ends with a slash; send it without",
    "this server has no checks; of Sensu's API it has assets, namespaces and /auth, beside its own under /api/edge/v1; /openapi.json lists all",
  ),
  Moved: empty(
    "The answer of `/docs/` and of every path with repeated slashes or dot segments before the name of an asset, also without a credential: 301 to GET and HEAD, 308 to the rest. The query is kept.",
    {
      described: {
        Location: {
          description: "The same path without them.",
          required: true,
          schema: { type: "string", pattern: "^/(?!/)" },
          example: "/auth",
        },
      },
    },
  ),
  MethodNotAllowed: refusal(
    "The answer of every path of this document to a method that it does not have.",
    1,
    ["method not allowed; use GET, HEAD, POST"],
    { headers: ["Allow"] },
  ),
};

/** A reference to a shared answer. */
export function shared(name: string): Reference {
  if (SHARED[name] === undefined) throw new Error(`src/http/answers.ts has no answer ${name}`);
  return { $ref: `#/components/responses/${name}` };
}

/** Text, each line or event of which holds one of these as JSON. */
export function embedded(schemas: Described | readonly Described[], description: string): JsonSchema {
  const refs = [schemas].flat().map((schema: Described) => ref(schema));
  const contentSchema = refs.length === 1 ? refs[0] : { anyOf: refs };
  return { type: "string", description, contentMediaType: JSON_TYPE, contentSchema };
}
export { ErrorBody } from "./error-body.ts";
