import { principalOf, readingOf, type Context } from "../../context.ts";
import { noNamespace } from "../../errors.ts";
import * as answers from "../../http/answers.ts";
import { operation } from "../../http/operation.ts";
import type { Responses } from "../../http/openapi.ts";
import { text } from "../../http/parameters.ts";
import { namespaceOf } from "../../http/place.ts";
import { strictQuery, type QueryOf } from "../../http/query.ts";
import { CACHE_CONTROL, IF_NONE_MATCH } from "../../http/request-headers.ts";
import { empty, json, text as textAnswer } from "../../http/respond.ts";
import { servedHeaders } from "../../http/served.ts";
import { isUnchanged } from "../../http/tagged.ts";
import type { AssetName, Namespace } from "../../identity/names.ts";
import { ref } from "../../lib/schema-ref.ts";
import type { Scope } from "../../scope.ts";
import type { Reading, ReadResult } from "../../store/reading.ts";
import { BAD_FACT, BAD_RULE, ruleParameter, SERVED } from "../description.ts";
import { ENTITY_BODY } from "../entity-body.ts";
import { namedFacts, type Facts } from "../facts.ts";
import { factsQuery } from "../facts-query.ts";
import { formatParameter } from "../formats.ts";
import { RESOLVED_MANY, RESOLVED_MANY_LINES, ResolvedMany } from "./answers.ts";
import { readNames } from "./names.ts";
import type { ManyService, Source } from "./service.ts";

interface Uses {
  readonly many: ManyService;
  readonly assets: {
    /** What a principal may see of a namespace, or of some names in it. Throws `tooLarge`. */
    readonly visible: (
      namespace: Namespace,
      principal: ReturnType<typeof principalOf>,
      names: readonly AssetName[] | null,
      reading: Reading,
    ) => Promise<ReadResult<Source>>;
  };
  readonly namespaces: {
    readonly isMissing: (name: Namespace, scope: Scope) => Promise<boolean>;
  };
}

const manyQuery = () => ({
  names: text()
    .optional()
    .meta({
      description:
        "The assets, by name and separated by commas, which no name holds: at most 1,000. When left out, all that the caller may see. (`name` is a fact, that of the entity.)",
      examples: ["none,sensu/http-checks"],
    }),
  rule: ruleParameter(),
  format: formatParameter().meta({
    description:
      "`env`: a line `KEY='value'` for each value, each asset's after its `ASSET_NAME`. To be read line by line: an evaluation leaves the last asset alone.",
    examples: ["env"],
  }),
});

const DESCRIPTION =
  "The builds of many assets for one machine, from one state of the namespace and with one `ETag`, which changes with what is answered and with nothing else: a commit to other assets, or to other machines' builds, leaves it as it is. An asset without a build has a reason in its place; that of one asset does not fail the others. A question is about 1,000 assets at most; where a namespace holds more, or more than 8 MiB of definitions, it has to name them, 50 at once. All filters have the budget of one request, 200,000 evaluation steps, and each asset has 20,000 of them, a single name all: ask for a larger one alone. For the verdicts ask its own `resolve` with `explain=true`.";

const ANSWERS: Responses = {
  200: answers.content(
    "The outcome of each asset, in byte order of their names.",
    {
      "application/json": { schema: ref(ResolvedMany), example: RESOLVED_MANY },
      "text/plain; charset=utf-8": { schema: { type: "string" }, example: RESOLVED_MANY_LINES },
    },
    { headers: ["ETag", "X-Seq?", ...SERVED] },
  ),
  404: answers.notFound("There is no such namespace.", "no namespace named team-a"),
  413: answers.refusal("The question is about too much, or the facts or the body are too large.", 1, [
    "the namespace default holds more than one question may be about, 1000 assets or 8 MiB of definitions; name those you need: names=a,b",
  ]),
  503: answers.shared("Unavailable"),
};

const BAD_NAMES = 'invalid names "a,,b": name cannot be empty';

export const resolveMany = operation({
  id: "resolveMany",
  tag: "Resolve",
  summary: "Resolve many assets for a machine",
  description: `${DESCRIPTION} Facts are parameters; a name that is no fact is 400.`,
  query: factsQuery(manyQuery),
  headers: [IF_NONE_MATCH, CACHE_CONTROL],
  answers: {
    ...ANSWERS,
    304: answers.empty("What the client has is still the same.", { headers: ["ETag", "X-Seq?", ...SERVED] }),
    400: answers.invalid(BAD_FACT, BAD_RULE, BAD_NAMES),
  },
  handle(asked, uses: Uses) {
    const { facts, own } = asked.query;
    return answer(asked, own, facts, asked.url.search, uses);
  },
});

export const resolveManyForEntity = operation({
  id: "resolveManyForEntity",
  tag: "Resolve",
  summary: "Resolve many assets for an entity",
  description: `The same for the facts of an entity's JSON, as agents report it and as Sensu serves it. ${DESCRIPTION}`,
  query: strictQuery(manyQuery),
  headers: [CACHE_CONTROL],
  body: ENTITY_BODY,
  answers: { ...ANSWERS, 400: answers.invalid(BAD_NAMES, BAD_RULE) },
  handle: async (asked, uses: Uses) => answer(asked, asked.query, await asked.body(), null, uses),
});

/** The outcome of each asset for the machine of these facts. A question in a body (`search` null) is never a 304. */
async function answer(
  context: Context,
  { names: given, rule, format }: QueryOf<typeof manyQuery>,
  facts: Facts,
  search: string | null,
  { many, assets, namespaces }: Uses,
): Promise<Response> {
  const namespace = namespaceOf(context);
  const names = readNames(given);
  const named = namedFacts(search, facts);
  const reading = readingOf(context);
  const visible = await assets.visible(namespace, principalOf(context), names, reading);
  if (visible.value.assets.length === 0 && (await namespaces.isMissing(namespace, context))) {
    throw noNamespace(namespace);
  }
  const question = { namespace, names, facts: named.facts, rule, format, search };
  const { body, etag, state, seesAll } = await many.answer(question, visible.value, context.now);
  // Commits to what a grant does not show are none of its holder's business.
  const seq = state === null || !seesAll ? {} : { "X-Seq": String(state) };
  const headers = { ...servedHeaders(visible, context.spent), ...seq, ETag: etag };
  if (isUnchanged(context.request, etag)) return empty(304, headers);
  return format === "env" ? textAnswer(body, headers) : json(body, headers);
}
