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
const ICON_TYPE = "image/svg+xml";

/** A file of `public/`, in one of these types. Tags and 304 are the platform's, other headers those of `public/_headers`. */
function documentOf(
  id: string,
  summary: string,
  description: string,
  types: readonly string[],
  more: {
    readonly schema?: JsonSchema;
    readonly answers?: ReturnType<typeof refusals>;
    /** Where the file lies, when not at the path of the request. */
    readonly file?: string;
  } = {},
) {
  const { schema = TEXT, answers: others = {}, file } = more;
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
      const at = file === undefined ? request.url : new URL(file, request.url).href;
      const response = await documents(
        new Request(at, { method: "GET", headers: request.headers, redirect: "manual" }),
      );
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
  "Get the OpenAPI document",
  "This description, OpenAPI 3.1.",
  ["application/json"],
  { schema: { type: "object" } },
);

export const getDocs = documentOf(
  "getDocs",
  "Open the page for people",
  "This description as a page, to read and to try.",
  ["text/html; charset=utf-8"],
);

export const getDocsFile = documentOf(
  "getDocsFile",
  "Get a file of that page",
  "What that page loads: its scripts, its styles and its icon.",
  ["text/javascript; charset=utf-8", "text/css; charset=utf-8", ICON_TYPE],
  { answers: refusals() },
);

export const getFavicon = documentOf(
  "getFavicon",
  "Get the icon",
  "The picture that browsers ask every site for.",
  [ICON_TYPE],
  { file: "/docs/icon.svg" },
);
