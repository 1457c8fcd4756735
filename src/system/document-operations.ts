import { notFound } from "../errors.ts";
import * as answers from "../http/answers.ts";
import type { Header } from "../http/openapi.ts";
import { operation } from "../http/operation.ts";
import { lenientQuery } from "../http/query.ts";
import { IF_NONE_MATCH } from "../http/request-headers.ts";
import type { JsonSchema } from "../lib/json-schema.ts";

interface Uses {
  /** What is published beside the Worker: the file a path names, or 404. */
  readonly documents: (request: Request) => Promise<Response>;
}

const DOCUMENT_TAG: Header = {
  description: "The tag of the file, for If-None-Match.",
  required: true,
  schema: { type: "string", pattern: '^(W/)?".+"$' },
};
const HEADERS = {
  headers: ["Content-Security-Policy", "Referrer-Policy"],
  described: { ETag: DOCUMENT_TAG },
};
const TEXT = { type: "string" };

/** A file of `public/`, in one of these types. Tags and 304 are the platform's, other headers those of `public/_headers`. */
function documentOf(
  id: string,
  summary: string,
  description: string,
  types: readonly string[],
  more: { readonly schema?: JsonSchema; readonly answers?: ReturnType<typeof refusals> } = {},
) {
  const { schema = TEXT, answers: others = {} } = more;
  return operation({
    id,
    tag: "Service",
    summary,
    description,
    query: lenientQuery(() => ({})),
    headers: [IF_NONE_MATCH],
    answers: {
      200: answers.content("The file.", Object.fromEntries(types.map((type) => [type, { schema }])), HEADERS),
      304: answers.empty("What the client has is still the same.", HEADERS),
      ...others,
    },
    async handle({ request }, { documents }: Uses) {
      // The platform's answer to HEAD has no length; the router makes HEAD of GET.
      const response = await documents(new Request(request, { method: "GET" }));
      // The platform redirects other spellings of a path (`/docs/index`); they are no paths of ours.
      if (response.status > 304) throw notFound();
      return response;
    },
  });
}

function refusals() {
  return {
    400: answers.invalid("invalid URL escape in the path at file"),
    404: answers.notFound("There is no such file."),
  };
}

export const getOpenApi = documentOf(
  "getOpenApi",
  "This API as an OpenAPI 3.1 document",
  "This description, OpenAPI 3.1.",
  ["application/json"],
  { schema: { type: "object" } },
);

export const getDocs = documentOf(
  "getDocs",
  "The API as a page, to read and to try",
  "This description as a page, to read and to try.",
  ["text/html; charset=utf-8"],
);

export const getDocsFile = documentOf(
  "getDocsFile",
  "What that page loads",
  "What that page loads: its script and its style.",
  ["text/javascript; charset=utf-8", "text/css; charset=utf-8"],
  { answers: refusals() },
);
