import { readingOf, type Context } from "../context.ts";
import { ApiError, invalid } from "../errors.ts";
import * as answers from "../http/answers.ts";
import { atMostValues, BODY_VALUES, parseBody, readBody } from "../http/body.ts";
import { operation, type Asked } from "../http/operation.ts";
import type { Responses } from "../http/openapi.ts";
import { flag, oneOf } from "../http/parameters.ts";
import { assetIdOf } from "../http/place.ts";
import { strictQuery, type QueryOf } from "../http/query.ts";
import { CACHE_CONTROL, IF_NONE_MATCH } from "../http/request-headers.ts";
import { empty, json, redirect, text } from "../http/respond.ts";
import { ref } from "../lib/schema-ref.ts";
import { servedHeaders } from "../http/served.ts";
import { isUnchanged, tagged } from "../http/tagged.ts";
import { Entity, NoMatch, REPORTS, RESOLVED, Resolved as ResolvedSchema } from "./answers.ts";
import { factsOfEntity, namedFacts, TOO_MANY_FACTS, type NamedFacts } from "./facts.ts";
import { factsQuery } from "./facts-query.ts";
import { digestHeader, envLines } from "./formats.ts";
import type { Resolution, Resolved } from "./resolve-asset.ts";
import type { ResolveService } from "./service.ts";

interface Uses {
  readonly resolve: ResolveService;
}

/** Reasons named in the message of a 404 at the most. */
const REASONS = 20;

export const RULE = oneOf(["first", "most-specific"], "first (agents of 6.x) or most-specific (7.x)")
  .default("first")
  .meta({
    description:
      "How a build is chosen: `first` is what agents of 6.x do, `most-specific` (the match with the most filters) those of 7.x.",
    examples: ["most-specific"],
  });

const ANSWER_QUERY = {
  rule: RULE,
  explain: flag.default(false).meta({
    description:
      "`true`: add a verdict per build and filter, also of the builds after the one that is taken.",
    examples: ["true"],
  }),
  format: oneOf(["json", "env"])
    .default("json")
    .meta({
      description: "`env`: `KEY='value'` lines that a POSIX shell may evaluate.",
      examples: ["env"],
    }),
};

export const EXAMPLE_PATH = { name: "sensu/http-checks" };
/** Headers of answers that come from copies. */
export const SERVED = ["X-Cache", "Age", "Server-Timing?", "Warning?"];
const MISMATCH =
  "no build of sensu/http-checks matches this machine: build 0: entity.system.os == 'linux' is false; build 1: entity.system.os == 'windows' is false";
const MATCHLESS = "There is no such asset, or no build of it for this machine.";
export const EXHAUSTED =
  "sensu/http-checks cannot be resolved: the filters take more than 200000 evaluation steps, the budget of one request";
export const BAD_RULE = 'invalid rule "x": use first (agents of 6.x) or most-specific (7.x)';
const BAD_FACT = 'unknown parameter "osx"; did you mean os?';

const ANSWERS: Responses = {
  200: answers.content(
    "The build.",
    {
      "application/json": {
        schema: ref(ResolvedSchema),
        examples: {
          plain: { value: RESOLVED },
          explained: { summary: "With explain=true", value: { ...RESOLVED, explain: REPORTS } },
        },
      },
      "text/plain; charset=utf-8": {
        schema: { type: "string" },
        example: `ASSET_URL='${RESOLVED.url}'\nASSET_SHA512='${RESOLVED.sha512}'\nASSET_BUILD='0'\nASSET_ETAG='${RESOLVED.etag}'\nASSET_UNRESOLVED=''\nASSET_HEADERS='0'\n`,
      },
    },
    { headers: ["ETag", ...SERVED] },
  ),
  304: answers.shared("NotModified"),
  // With explain=true there is more to read, and no request id.
  404: answers.content(
    MATCHLESS,
    {
      "application/json": {
        schema: { anyOf: [ref(answers.ErrorBody), ref(NoMatch)] },
        examples: {
          absent: { value: { message: "not found", code: 2 } },
          mismatch: { value: { message: MISMATCH, code: 2 } },
          explained: {
            summary: "With explain=true",
            value: { message: MISMATCH, code: 2, explain: REPORTS },
          },
        },
      },
    },
    { headers: ["X-Request-Id?"] },
  ),
  503: answers.shared("Unavailable"),
};

export const resolveAsset = operation({
  id: "resolveAsset",
  tag: "Resolve",
  summary: "The one build for a machine: `os=linux&arch=amd64`",
  description:
    "The one build an agent with these facts would install, tokens filled in. Facts are parameters; a name that is no fact is 400.",
  path: EXAMPLE_PATH,
  query: factsQuery(ANSWER_QUERY),
  headers: [IF_NONE_MATCH, CACHE_CONTROL],
  answers: { ...ANSWERS, 400: answers.invalid(BAD_FACT, BAD_RULE, EXHAUSTED) },
  handle(asked, uses: Uses) {
    const { facts, own } = asked.query;
    return answer(asked, own, namedFacts(asked.url.search, facts), uses);
  },
});

export const resolveAssetForEntity = operation({
  id: "resolveAssetForEntity",
  tag: "Resolve",
  summary: "Resolve for an entity",
  description: "The same for the facts of an entity's JSON, as agents report it and as Sensu serves it.",
  path: EXAMPLE_PATH,
  query: strictQuery(ANSWER_QUERY),
  headers: [IF_NONE_MATCH, CACHE_CONTROL],
  body: {
    description: "The entity.",
    required: true,
    content: {
      "application/json": {
        schema: ref(Entity),
        examples: {
          flat: {
            summary: "As filters see it",
            value: {
              name: "web-1",
              labels: { region: "us-west-1" },
              system: { os: "linux", arch: "amd64" },
            },
          },
          served: {
            summary: "As Sensu serves it",
            value: {
              metadata: { name: "web-1", namespace: "default", labels: { region: "us-west-1" } },
              entity_class: "agent",
              system: { os: "linux", arch: "amd64", platform: "ubuntu" },
            },
          },
        },
      },
    },
    read: async (request) =>
      factsOfEntity(parseBody(await readBody(request), atMostValues(BODY_VALUES, TOO_MANY_FACTS))),
  },
  answers: {
    ...ANSWERS,
    400: answers.invalid('the facts are an entity, such as {"system":{"os":"linux","arch":"amd64"}}'),
    413: answers.shared("TooLarge"),
  },
  async handle(asked, uses: Uses) {
    const { facts, key } = namedFacts(null, await asked.body());
    // The body does not say which form the answer has, and each form has a tag of its own; a query says both.
    const { explain, format } = asked.query;
    return answer(asked, asked.query, { facts, key: [...key, String(explain), format] }, uses);
  },
});

export const downloadAsset = operation({
  id: "downloadAsset",
  tag: "Resolve",
  summary: "Redirect to the matching archive",
  description:
    "Straight to the archive of that build, for clients that follow redirects and verify digests. The headers to fetch it with are not sent along: `resolve` has them.",
  path: EXAMPLE_PATH,
  query: factsQuery({ rule: RULE }),
  headers: [CACHE_CONTROL],
  answers: {
    302: answers.empty("Where the archive is, and what it must hash to.", {
      headers: ["X-Asset-Sha512", "Digest?", "X-Cache?", "Age?", "Warning?"],
      described: {
        Location: {
          description: "Where the archive is.",
          required: true,
          schema: { type: "string" },
          example: RESOLVED.url,
        },
      },
    }),
    400: answers.invalid(
      BAD_FACT,
      "the facts do not fill these tokens of the asset: url: {{ .labels.region }}",
      "URL must be HTTP or HTTPS",
    ),
    404: answers.notFound(MATCHLESS, "not found", MISMATCH),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { resolve }: Uses) {
    const { facts, own } = asked.query;
    const named = namedFacts(asked.url.search, facts);
    const { resolution } = await resolve.resolve(assetIdOf(asked), own.rule, named, readingOf(asked));
    if (resolution.outcome === "none") throw noMatch(asked, resolution);
    const { resolved } = resolution;
    if (resolved.unresolved.length > 0) throw unfilled(resolved);
    // A header holds less than a filled-in url may: line ends and the like are escaped.
    const location = URL.parse(resolved.url);
    if (location === null) throw invalid("URL must be HTTP or HTTPS");
    const digest = digestHeader(resolved.sha512);
    return redirect(location.href, {
      "X-Asset-Sha512": resolved.sha512,
      ...(digest === null ? {} : { Digest: digest }),
    });
  },
});

/** The one build for the machine of these facts; `explain=true` adds why, `format=env` is for shells. */
async function answer(
  context: Context,
  { rule, explain, format }: QueryOf<typeof ANSWER_QUERY>,
  facts: NamedFacts,
  { resolve }: Uses,
): Promise<Response> {
  const id = assetIdOf(context);
  const reading = readingOf(context);
  const explained = explain ? await resolve.explain(id, rule, facts, reading) : null;
  const { resolution, etag, assetTag } = explained ?? (await resolve.resolve(id, rule, facts, reading));
  if (resolution.outcome === "none") {
    const error = noMatch(context, resolution);
    if (explained === null) throw error;
    return json(JSON.stringify({ message: error.message, code: 2, explain: explained.reports }), {}, 404);
  }
  const headers = { ...servedHeaders(reading), ETag: etag };
  if (format === "env") {
    if (isUnchanged(context.request, etag)) return empty(304, headers);
    return text(envLines(resolution.resolved, assetTag), headers);
  }
  const body = JSON.stringify({
    ...resolution.resolved,
    etag: assetTag,
    ...(explained === null ? {} : { explain: explained.reports }),
  });
  if (context.request.method !== "POST") {
    resolve.remember(id, assetTag, context.url.search, { body, etag });
  }
  return tagged(context.request, body, etag, headers);
}

type NoMatchFound = Extract<Resolution, { outcome: "none" }>;

function noMatch({ params }: Pick<Asked<unknown, unknown>, "params">, { reasons }: NoMatchFound): ApiError {
  const shown = reasons.slice(0, REASONS);
  const more = reasons.length > shown.length ? [`and ${reasons.length - shown.length} more builds`] : [];
  const why = [...shown, ...more].join("; ");
  return new ApiError("notFound", `no build of ${params["name"]} matches this machine: ${why}`);
}

function unfilled({ unresolved }: Resolved): ApiError {
  const tokens = unresolved.map(({ where, token }) => `${where}: {{ ${token} }}`).join("; ");
  return invalid(`the facts do not fill these tokens of the asset: ${tokens}`);
}
