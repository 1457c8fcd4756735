import * as z from "zod";
import { seesEveryName, type Grant } from "../auth/grants.ts";
import { NameMatcher } from "../auth/name-matcher.ts";
import { ALL_NAMES, coveredRanges } from "../auth/name-ranges.ts";
import type { CursorSeal } from "../auth/cursor-seal.ts";
import type { Principal } from "../auth/principal.ts";
import { principalOf, readingOf, type Context } from "../context.ts";
import { ServedAsset } from "../definitions/answers.ts";
import type { FilterForm } from "../definitions/encode.ts";
import { SERVED } from "../definitions/examples.ts";
import * as answers from "../http/answers.ts";
import * as common from "../http/common-parameters.ts";
import { operation, type Asked } from "../http/operation.ts";
import { continueHeader, readSealedPage } from "../http/pagination.ts";
import { text } from "../http/parameters.ts";
import { assetIdOf } from "../http/place.ts";
import { lenientQuery, type QueryOf } from "../http/query.ts";
import { CACHE_CONTROL, IF_NONE_MATCH } from "../http/request-headers.ts";
import { json } from "../http/respond.ts";
import { servedHeaders } from "../http/served.ts";
import { tagged } from "../http/tagged.ts";
import type { Namespace } from "../identity/names.ts";
import { Meter } from "../lib/meter.ts";
import type { StoredAsset } from "../store/asset-store.ts";
import { filterForm, SERVED_HEADERS } from "./common.ts";
import { pageAnswer } from "./page-answer.ts";
import { negotiateForm, represent, vary } from "./representation.ts";
import type { Wanted } from "./scan.ts";
import { LIST_STEPS, readSelection, type Selectors } from "./selection.ts";
import type { AssetService } from "./service.ts";

interface Uses {
  readonly assets: AssetService;
  /** Seals cursors that may name what their reader must not see. */
  readonly cursors: CursorSeal;
}

const selector = (description: string, example: string) =>
  z.array(text()).meta({ description, examples: [[example]] });

const listQuery = () => ({
  limit: common.limit(),
  continue: common.continuation(),
  labelSelector: selector(
    "Only assets whose labels fit, in Sensu's grammar: `==`, `!=`, `in`, `notin`, `matches`, joined by `&&`. Repeated, all must fit.",
    'region == "us-west-1" && tier notin [db]',
  ),
  fieldSelector: selector(
    "Only assets whose fields fit, in the same grammar: `asset.name`, `asset.namespace`, `asset.filters`, `asset.labels.<key>`.",
    "asset.name matches sensu",
  ),
  filters: filterForm(),
});

export const getAsset = operation({
  id: "getAsset",
  tag: "Assets",
  summary: "Get an asset",
  description: "The definition of an asset, as Sensu serves it.",
  query: lenientQuery(() => ({ filters: filterForm() })),
  headers: [IF_NONE_MATCH, CACHE_CONTROL],
  answers: {
    200: answers.json("The asset.", ServedAsset, SERVED, { headers: ["ETag", ...SERVED_HEADERS] }),
    304: answers.shared("NotModified"),
    400: answers.invalid('invalid filters "x": use expressions or as-written'),
    404: answers.notFound("There is no such asset, or no such namespace."),
    503: answers.shared("Unavailable"),
  },
  handle: (asked, { assets }: Pick<Uses, "assets">) => serveAsset(asked, asked.query.filters, assets),
});

/** Answers with an asset as it is now, in the form asked for. */
export async function serveAsset(
  context: Context,
  form: FilterForm | undefined,
  assets: AssetService,
): Promise<Response> {
  const negotiation = negotiateForm(context.request, form);
  const found = await assets.get(assetIdOf(context), readingOf(context));
  const { definition, etag } = represent(found.value, negotiation);
  return tagged(context.request, definition, etag, {
    ...vary([found.value], negotiation),
    ...servedHeaders(found, context.spent),
  });
}

const listOf = (id: string, summary: string, what: string) =>
  operation({
    id,
    tag: "Assets",
    summary,
    description: `${what} In byte order of the names. A page holds at most 10,000 assets or 8 MiB; \`Sensu-Continue\` says how to go on. A grant with a name glob lists only what it matches. A list with a selector or a name glob reads a bounded number of assets a request: its page may end early, without an \`ETag\`, and goes on from \`Sensu-Continue\`.`,
    query: lenientQuery(listQuery),
    headers: [IF_NONE_MATCH, CACHE_CONTROL],
    answers: {
      200: answers.list("A page of assets.", ServedAsset, [SERVED], {
        headers: ["ETag?", ...SERVED_HEADERS, "Sensu-Continue?"],
      }),
      304: answers.shared("NotModified"),
      400: answers.invalid(
        'invalid limit "x": use a whole number, 0 for no limit',
        "unexpected operator 'is' found",
      ),
      503: answers.shared("Unavailable"),
    },
    handle: list,
  });

export const listAssets = listOf("listAssets", "List a namespace's assets", "The assets of a namespace.");
export const listAllAssets = listOf(
  "listAllAssets",
  "List the assets of all namespaces",
  "The assets of all namespaces.",
);

async function list(
  asked: Asked<QueryOf<typeof listQuery>, undefined>,
  { assets, cursors }: Uses,
): Promise<Response> {
  const { namespace, query } = asked;
  const negotiation = negotiateForm(asked.request, query.filters);
  const { limit, start } = await readSealedPage(query, cursors);
  const wanted = wantedBy(principalOf(asked), namespace, query);
  const found = await assets.list(namespace, start, limit, wanted, readingOf(asked));
  const page = found.value;
  // A page that was filled from several stored pages is built for each request.
  const kept = wanted === null && found.tier === "MEMORY";
  const { body, etag, headers } = await pageAnswer(page, negotiation, kept);
  const all = { ...headers, ...servedHeaders(found, asked.spent) };
  if (page.next !== null && page.isNextHidden === true) {
    // Without a tag, since one made from the hidden name would confirm a guess at it.
    return json(body, { ...all, "Sensu-Continue": await cursors.seal(page.next) });
  }
  return tagged(asked.request, body, etag, { ...all, ...continueHeader(page.next) });
}

/** What a list holds for this principal and selection; null when it leaves nothing out. */
function wantedBy({ grants }: Principal, namespace: Namespace | null, selectors: Selectors): Wanted | null {
  const meter = new Meter(LIST_STEPS);
  const selects = readSelection(selectors, meter);
  const accepts = seesEveryName(grants, namespace) ? selects : both(visibleBy(grants, meter), selects);
  if (accepts === null) return null;
  return { accepts, meter, ranges: namespace === null ? [ALL_NAMES] : coveredRanges(grants, namespace) };
}

function visibleBy(grants: readonly Grant[], meter: Meter): Accepts {
  const matcher = new NameMatcher(grants, meter);
  return ({ namespace, name }) => matcher.allows({ role: "view", namespace, name });
}

type Accepts = ((asset: StoredAsset) => boolean) | null;

function both(one: Accepts, other: Accepts): Accepts {
  if (one === null || other === null) return one ?? other;
  return (asset) => one(asset) && other(asset);
}
