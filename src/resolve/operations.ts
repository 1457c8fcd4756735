import { readingOf, type Context } from "../context.ts";
import * as answers from "../http/answers.ts";
import { operation } from "../http/operation.ts";
import type { Responses } from "../http/openapi.ts";
import { flag } from "../http/parameters.ts";
import { assetIdOf } from "../http/place.ts";
import { strictQuery, type QueryOf } from "../http/query.ts";
import { CACHE_CONTROL, IF_NONE_MATCH } from "../http/request-headers.ts";
import { empty, json, text } from "../http/respond.ts";
import { ref } from "../lib/schema-ref.ts";
import { servedHeaders } from "../http/served.ts";
import { isUnchanged, tagged } from "../http/tagged.ts";
import { NoMatch, REPORTS, RESOLVED, Resolved as ResolvedSchema } from "./answers.ts";
import {
  BAD_FACT,
  BAD_RULE,
  EXAMPLE_PATH,
  EXHAUSTED,
  MATCHLESS,
  MISMATCH,
  ruleParameter,
  SERVED,
} from "./description.ts";
import { ENTITY_BODY } from "./entity-body.ts";
import { namedFacts, type NamedFacts } from "./facts.ts";
import { factsQuery } from "./facts-query.ts";
import { envLines, formatParameter } from "./formats.ts";
import { noMatch } from "./no-match.ts";
import { mirrorMembers, mirroredTag, stateHeader } from "./mirror.ts";
import type { ArchiveHints, ResolveService } from "./service.ts";

interface Uses {
  readonly resolve: ResolveService;
  readonly archiveNotes: ArchiveHints;
}

const answerQuery = () => ({
  rule: ruleParameter(),
  explain: flag()
    .default(false)
    .meta({
      description:
        "`true`: add a verdict per build and filter, also of the builds after the one that is taken.",
      examples: ["true"],
    }),
  format: formatParameter().meta({
    description: "`env`: `KEY='value'` lines that a POSIX shell may evaluate.",
    examples: ["env"],
  }),
});

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
    { headers: ["ETag", "X-Archive-State?", ...SERVED] },
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
  summary: "Resolve for a machine",
  description:
    "The one build an agent with these facts would install, tokens filled in. Facts are parameters; a name that is no fact is 400.",
  path: EXAMPLE_PATH,
  query: factsQuery(answerQuery),
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
  query: strictQuery(answerQuery),
  headers: [IF_NONE_MATCH, CACHE_CONTROL],
  body: ENTITY_BODY,
  answers: {
    ...ANSWERS,
    400: answers.invalid('the facts are an entity, such as {"system":{"os":"linux","arch":"amd64"}}'),
    413: answers.shared("TooLarge"),
  },
  async handle(asked, uses: Uses) {
    const { facts, key } = namedFacts(null, await asked.body());
    // The form of the answer is not in the body, and each form needs a different tag; a query says both.
    const { explain, format } = asked.query;
    return answer(asked, asked.query, { facts, key: [...key, String(explain), format] }, uses);
  },
});

/** The one build for the machine of these facts; `explain=true` adds why, `format=env` is for shells. */
async function answer(
  context: Context,
  { rule, explain, format }: QueryOf<typeof answerQuery>,
  facts: NamedFacts,
  { resolve, archiveNotes }: Uses,
): Promise<Response> {
  const id = assetIdOf(context);
  const reading = readingOf(context);
  const explained = explain ? await resolve.explain(id, rule, facts, reading) : null;
  const found = explained ?? (await resolve.resolve(id, rule, facts, reading));
  const { resolution, etag, assetTag } = found.value;
  if (resolution.outcome === "none") {
    const error = noMatch(context, resolution);
    if (explained === null) throw error;
    return json(
      JSON.stringify({ message: error.message, code: 2, explain: explained.value.reports }),
      {},
      404,
    );
  }
  const { resolved } = resolution;
  const archive = await archiveNotes.ofBuild(id.namespace, resolved);
  const tag = await mirroredTag(etag, archive);
  const headers = { ...servedHeaders(found, context.spent), ...stateHeader(archive.state), ETag: tag };
  const mirror = mirrorMembers(resolved, archive);
  if (format === "env") {
    if (isUnchanged(context.request, tag)) return empty(304, headers);
    return text(envLines(resolved, assetTag, mirror), headers);
  }
  const body = JSON.stringify({
    ...resolved,
    ...mirror,
    etag: assetTag,
    ...(explained === null ? {} : { explain: explained.value.reports }),
  });
  if (context.request.method !== "POST") {
    resolve.remember(id, assetTag, context.url.search, { body, etag: tag, archive });
  }
  return tagged(context.request, body, tag, headers);
}
