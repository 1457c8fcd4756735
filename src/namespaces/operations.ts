import { namespacesSeenBy } from "../auth/grants.ts";
import { commitOf, principalOf, readingOf } from "../context.ts";
import { invalid } from "../errors.ts";
import { described, goDecode, goString, goStruct, named } from "../go-json/decode.ts";
import { quoteJson } from "../go-json/json.ts";
import * as answers from "../http/answers.ts";
import { parseBody, readBody } from "../http/body.ts";
import * as common from "../http/common-parameters.ts";
import { operation } from "../http/operation.ts";
import { continueHeader, readPage } from "../http/pagination.ts";
import { namespaceOf } from "../http/place.ts";
import { lenientQuery } from "../http/query.ts";
import type { Example } from "../http/openapi.ts";
import type { BodyReader } from "../http/request-body.ts";
import { CACHE_CONTROL, REASON_HEADER } from "../http/request-headers.ts";
import { empty, json } from "../http/respond.ts";
import { ref } from "../lib/schema-ref.ts";
import { servedHeaders } from "../http/served.ts";
import { NamespaceAnswer } from "./answers.ts";
import type { NamespaceService } from "./service.ts";

interface Uses {
  readonly namespaces: NamespaceService;
}

/** A namespace as a client writes it: it has no metadata. */
export const NewNamespace = named(
  "NewNamespace",
  goStruct("Namespace", "v2.Namespace", {
    name: described(goString, {
      description:
        "Letters, digits, `_`, `.`, `-` and `:`, at most 128 characters. PUT takes that of the URL when left out.",
      maxLength: 128,
      pattern: "^[\\w.\\-:]+$",
      examples: ["team-a"],
    }),
  }),
  { description: "A namespace to be created." },
);

/** Of a client's member name in an error. */
const MEMBER_CHARACTERS = 50;

const PATH = "/api/core/v2/namespaces";

const READ_HEADERS = ["X-Cache", "Age", "Server-Timing?", "Warning?"];
const TEAM_A = { name: "team-a" };
const NOT_A_NAMESPACE = 'the body is not a namespace: it has "url" but no name; send {"name":"..."}';
const BAD_NAME = "resource is invalid: namespace name cannot contain spaces or special characters";

/** Reads the name in the body; null when the body has no members. A body of something else, such as an asset, is 400. */
function namespaceBody(
  description: string,
  examples: Readonly<Record<string, Example>>,
): BodyReader<string | null> {
  return {
    description,
    required: true,
    content: { "application/json": { schema: ref(NewNamespace), examples } },
    async read(request) {
      const body = parseBody(await readBody(request));
      const { name } = goDecode(NewNamespace, body);
      if (name !== undefined) return name;
      const other = Object.keys(body ?? {}).find((key) => key.toLowerCase() !== "name");
      if (other === undefined) return null;
      const member = quoteJson(other.slice(0, MEMBER_CHARACTERS));
      throw invalid(`the body is not a namespace: it has ${member} but no name; send {"name":"..."}`);
    },
  };
}

export const listNamespaces = operation({
  id: "listNamespaces",
  tag: "Namespaces",
  summary: "List namespaces",
  description: "The namespaces in which the caller holds any grant, in byte order; none is an empty list.",
  query: lenientQuery(() => ({ limit: common.limit(), continue: common.continuation() })),
  headers: [CACHE_CONTROL],
  answers: {
    200: answers.list("A page of namespaces.", NamespaceAnswer, [{ name: "default" }, TEAM_A], {
      headers: [...READ_HEADERS, "Sensu-Continue?"],
    }),
    400: answers.invalid(
      "invalid continue token: send the Sensu-Continue header of the page before, unchanged",
    ),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { namespaces }: Uses) {
    const { limit, start: from } = readPage(asked.query);
    const among = namespacesSeenBy(principalOf(asked).grants);
    const page = await namespaces.page({ among, from, limit }, readingOf(asked));
    const { names, more } = page.value;
    const body = `[${names.map(encode).join(",")}]`;
    const follow = continueHeader(more ? names.at(-1) : undefined);
    return json(body, { ...servedHeaders(page, asked.spent), ...follow });
  },
});

export const createNamespace = operation({
  id: "createNamespace",
  tag: "Namespaces",
  summary: "Create a namespace",
  description: "Creates a namespace; one that is there is 409.",
  query: lenientQuery(() => ({ reason: common.reason() })),
  headers: [REASON_HEADER],
  body: namespaceBody("Its name.", { team: { summary: "A namespace for a team", value: TEAM_A } }),
  answers: {
    201: answers.empty("Created.", { headers: ["Location"] }),
    400: answers.invalid(BAD_NAME, "resource is invalid: namespace name cannot be empty", NOT_A_NAMESPACE),
    409: answers.refusal("There is a namespace of this name.", 3, ["resource already exists"]),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { namespaces }: Uses) {
    const name = (await asked.body()) ?? "";
    await namespaces.create(name, commitOf(asked));
    return empty(201, { Location: `${PATH}/${encodeURIComponent(name)}` });
  },
});

export const getNamespace = operation({
  id: "getNamespace",
  tag: "Namespaces",
  summary: "Get a namespace",
  description: "Whether a namespace exists; that is all there is to know of one.",
  query: lenientQuery(() => ({})),
  headers: [CACHE_CONTROL],
  answers: {
    200: answers.json("It exists.", NamespaceAnswer, { name: "default" }, { headers: READ_HEADERS }),
    400: answers.invalid("invalid URL escape in the path at namespace"),
    404: answers.notFound("There is no such namespace."),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { namespaces }: Uses) {
    const found = await namespaces.get(namespaceOf(asked), readingOf(asked));
    return json(encode(found.value), servedHeaders(found, asked.spent));
  },
});

export const ensureNamespace = operation({
  id: "ensureNamespace",
  tag: "Namespaces",
  summary: "Create a namespace unless it exists",
  description: "Creates the namespace unless it is there; it has nothing to replace.",
  path: { namespace: "team-a" },
  query: lenientQuery(() => ({ reason: common.reason() })),
  headers: [REASON_HEADER],
  body: namespaceBody("Its name, or an empty object.", {
    bare: { summary: "The URL says which", value: {} },
    named: { summary: "With its name", value: TEAM_A },
  }),
  answers: {
    201: answers.empty("It exists now."),
    400: answers.invalid(
      BAD_NAME,
      "the name of the resource (team-b) does not match the name of the URI (team-a)",
      NOT_A_NAMESPACE,
    ),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { namespaces }: Uses) {
    const name = namespaceOf(asked);
    const given = (await asked.body()) ?? name;
    if (given !== name) {
      throw invalid(`the name of the resource (${given}) does not match the name of the URI (${name})`);
    }
    await namespaces.ensure(name, commitOf(asked));
    return empty(201);
  },
});

export const deleteNamespace = operation({
  id: "deleteNamespace",
  tag: "Namespaces",
  summary: "Delete an empty namespace",
  description: "Deletes a namespace that holds no assets.",
  path: { namespace: "team-a" },
  query: lenientQuery(() => ({ reason: common.reason() })),
  headers: [REASON_HEADER],
  answers: {
    204: answers.empty("Deleted."),
    400: answers.invalid("resource is invalid: namespace is not empty"),
    404: answers.notFound("There is no such namespace."),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { namespaces }: Uses) {
    await namespaces.delete(namespaceOf(asked), commitOf(asked));
    return empty(204);
  },
});

function encode(name: string): string {
  return `{"name":${quoteJson(name)}}`;
}
