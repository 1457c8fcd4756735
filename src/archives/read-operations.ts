import { principalOf, readingOf, type Context } from "../context.ts";
import { SHA512 } from "../definitions/examples.ts";
import * as answers from "../http/answers.ts";
import * as common from "../http/common-parameters.ts";
import { operation } from "../http/operation.ts";
import { continueHeader, readPage, seqOfToken } from "../http/pagination.ts";
import { oneOf, textUpTo } from "../http/parameters.ts";
import { assetIdOf, namespaceOf } from "../http/place.ts";
import { strictQuery, type QueryOf } from "../http/query.ts";
import { json } from "../http/respond.ts";
import type { AssetId, Namespace } from "../identity/names.ts";
import type { Reading } from "../store/reading.ts";
import { Archive, ARCHIVE, AssetArchives } from "./answers.ts";
import { STATES } from "./state.ts";
import type { ArchiveService } from "./service.ts";
import { URL_CHARACTERS } from "./url-rule.ts";
import { archiveView, usedArchiveView } from "./views.ts";

interface Uses {
  readonly archives: ArchiveService;
  readonly assets: { get(id: AssetId, reading: Reading): Promise<unknown> };
}

/** Archives in a page. */
const PAGE = 200;

const listQuery = () => ({
  state: oneOf(STATES)
    .optional()
    .meta({ description: "Only archives in this state.", examples: ["wrong_digest"] }),
  digest: textUpTo(128)
    .optional()
    .meta({ description: "Only archives with this digest.", examples: [SHA512] }),
  url: textUpTo(URL_CHARACTERS)
    .optional()
    .meta({ description: "Only archives with exactly this URL.", examples: [ARCHIVE.url] }),
  host: textUpTo(255)
    .optional()
    .meta({ description: "Only archives on this host.", examples: [ARCHIVE.host] }),
  limit: common.limit(),
  continue: common.continuation().meta({ examples: ["NDIA"] }),
});

const USED = { ...ARCHIVE, users: [{ namespace: "default", name: "my-secure-asset", build: 0 }] };
const LISTED = answers.list("A page of archives.", Archive, [USED], { headers: ["Sensu-Continue?"] });
const BAD_STATE =
  'invalid state "x": use unknown, ok, wrong_digest, not_an_archive, gone, refused, unreachable, too_large or not_checkable';
const PAGED =
  "At most 200 in a page; `Sensu-Continue` leads to the next one, also from a page that is short or empty because the caller may not see what it would hold.";

export const listArchives = operation({
  id: "listArchives",
  tag: "Archives",
  summary: "List archives with their states and users",
  description: `The archives behind the definitions that the caller may see: whether they still have the digest, what was seen, and which builds use them. ${PAGED}`,
  query: strictQuery(listQuery),
  answers: { 200: LISTED, 400: answers.invalid(BAD_STATE), 503: answers.shared("Unavailable") },
  handle: (asked, uses: Uses) => list(asked, null, asked.query, uses),
});

export const listNamespaceArchives = operation({
  id: "listNamespaceArchives",
  tag: "Archives",
  summary: "List the archives of a namespace",
  description: `Lists the archives behind the definitions of one namespace, as the list of all archives does. ${PAGED}`,
  query: strictQuery(listQuery),
  answers: { 200: LISTED, 400: answers.invalid(BAD_STATE), 503: answers.shared("Unavailable") },
  handle: (asked, uses: Uses) => list(asked, namespaceOf(asked), asked.query, uses),
});

export const getAssetArchives = operation({
  id: "getAssetArchives",
  tag: "Archives",
  summary: "Show the archives of an asset",
  description: "The archive of each build, in order; an asset without builds counts as its own build 0.",
  answers: {
    200: answers.json("Its archives.", AssetArchives, {
      asset: "my-secure-asset",
      archives: [{ build: 0, ...ARCHIVE }],
    }),
    404: answers.notFound("There is no such asset."),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { archives, assets }: Uses) {
    const id = assetIdOf(asked);
    await assets.get(id, readingOf(asked));
    const found = await archives.ofAsset(id, asked.now);
    const shown = found.map((archive) => Object.assign({ build: archive.position }, archiveView(archive)));
    return json(JSON.stringify({ asset: id.name, archives: shown }));
  },
});

async function list(
  context: Context,
  namespace: Namespace | null,
  query: QueryOf<typeof listQuery>,
  { archives }: Uses,
): Promise<Response> {
  const { limit, start } = readPage(query);
  const { state = null, digest = null, url = null, host = null } = query;
  const page = await archives.page(
    principalOf(context).grants,
    { namespace, state, digest: digest?.toLowerCase() ?? null, url, host: host?.toLowerCase() ?? null },
    seqOfToken(start) ?? 0,
    Math.min(limit, PAGE),
    context.now,
  );
  const shown = page.archives.map(({ archive, users }) => usedArchiveView(archive, users));
  return json(JSON.stringify(shown), continueHeader(page.next));
}
