import type * as z from "zod";
import { invalid } from "../errors.ts";
import { goDecode, goKind, type Decoder } from "../go-json/decode.ts";
import type { NamedSchema } from "../lib/json-schema.ts";
import { nearestName } from "../lib/nearest-name.ts";
import { parseBody, parseWholeBody, readBody } from "./body.ts";
import type { Content, Example } from "./openapi.ts";
import { shortened } from "./parameters.ts";
import { ref, type Described, type DescribedSchema } from "../lib/schema-ref.ts";

/** How the body of an operation is read, and what is said about it. */
export interface BodyReader<T> {
  readonly description: string;
  readonly required: boolean;
  readonly content: Content;
  /** Throws `invalidArgument`, `tooLarge` or `unsupportedEncoding`. */
  readonly read: (request: Request) => Promise<T>;
}

interface BodyDescription {
  readonly description: string;
  readonly examples: Readonly<Record<string, Example>>;
  /** Whether an empty body is refused; otherwise it reads as an object without members. */
  readonly required?: boolean;
}

/** A JSON body of our own API. The schema is a strict object: of what it does not have, the nearest known member is named. */
export function jsonBody<T extends z.ZodObject>(
  schema: DescribedSchema<T>,
  { description, examples, required = true }: BodyDescription,
): BodyReader<z.output<T>> {
  return {
    description,
    required,
    content: jsonContent(schema, examples),
    async read(request) {
      const bytes = await readBody(request);
      const sent = bytes.byteLength === 0 && !required ? {} : parseWholeBody(bytes);
      const read = schema.zod.safeParse(sent);
      if (read.success) return read.data;
      const [issue] = read.error.issues;
      throw invalid(issue === undefined ? "the body cannot be read" : problemOf(issue, sent, schema.zod));
    },
  };
}

/** A JSON body of Sensu's API, read as Go reads it: what is unknown is ignored, and errors have Go's words. */
export function goBody<T>(
  decoder: Decoder<T> & NamedSchema,
  { description, examples, required = true }: BodyDescription,
): BodyReader<T> {
  return {
    description,
    required,
    content: jsonContent(decoder, examples),
    read: async (request) => goDecode(decoder, parseBody(await readBody(request))),
  };
}

function jsonContent(schema: Described, examples: BodyDescription["examples"]): Content {
  return { "application/json": { schema: ref(schema), examples } };
}

/** What is wrong with a body, where, and what to do about it. */
function problemOf(issue: z.core.$ZodIssue, sent: unknown, schema: z.ZodObject): string {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const [unknown = ""] = issue.keys;
    const known = Object.keys(schema.shape);
    const nearest = nearestName(unknown, known);
    const hint = nearest === null ? `the body has ${known.join(", ")}` : `did you mean ${nearest}?`;
    return `unknown member "${shortened(unknown)}"; ${hint}`;
  }
  if (issue.code !== "invalid_type") return `invalid ${path}: ${issue.message}`;
  const found = valueAt(sent, issue.path);
  const place = path === "" ? "the body" : path;
  return found === undefined
    ? `${place} is missing`
    : `${place} is of type ${goKind(found)}; it must be ${KINDS[issue.expected] ?? issue.expected}`;
}

const KINDS: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "a string",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
