import { serveAsset } from "../assets/read-operations.ts";
import { filterForm } from "../assets/common.ts";
import type { AssetService } from "../assets/service.ts";
import { ServedAsset } from "../definitions/answers.ts";
import { SERVED } from "../definitions/examples.ts";
import { noAsset } from "../errors.ts";
import * as answers from "../http/answers.ts";
import * as common from "../http/common-parameters.ts";
import { operation } from "../http/operation.ts";
import { continueHeader, readPage, seqOfToken } from "../http/pagination.ts";
import { readParameter, wholeNumber } from "../http/parameters.ts";
import { assetIdOf } from "../http/place.ts";
import { strictQuery } from "../http/query.ts";
import { CACHE_CONTROL, IF_NONE_MATCH } from "../http/request-headers.ts";
import { json } from "../http/respond.ts";
import { livesOf, mayWrite } from "./access.ts";
import { REVISION, Revision, RevisionWithDefinition } from "./answers.ts";
import { NEVER, UPDATE } from "./description.ts";
import type { HistoryService } from "./service.ts";
import { shownDefinition, shownRevision, shownValue } from "./views.ts";

interface Uses {
  readonly history: HistoryService;
}

/** The most revisions in one page. */
const PAGE = 1_000;

export const getAssetAt = operation({
  id: "getAssetAt",
  tag: "History",
  summary: "Get an asset as it was",
  description:
    "The asset as it is, like Sensu's own path or, with `at`, as the commits up to that seq had made it. With `at`, values of headers not known to be harmless, and userinfo and query of URLs, are `***` for callers who may not write the asset, and they get no ETag.",
  query: strictQuery(() => ({
    at: common.seq().meta({
      description: "The asset as the commits up to this seq had made it.",
      examples: [1],
    }),
    filters: filterForm(),
  })),
  headers: [IF_NONE_MATCH, CACHE_CONTROL],
  answers: {
    200: answers.json("The asset.", ServedAsset, SERVED, {
      headers: ["ETag?", "Vary?", "X-Cache?", "Age?", "Server-Timing?", "Warning?"],
    }),
    304: answers.shared("NotModified"),
    400: answers.invalid('invalid at "x": use a whole number'),
    404: answers.notFound("There is, or then was, no such asset."),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { history, assets }: Uses & { readonly assets: AssetService }) {
    const { at, filters } = asked.query;
    if (at === undefined) return serveAsset(asked, filters, assets);
    const { definition, etag } = await history.at(assetIdOf(asked), livesOf(asked), at);
    if (definition === null || etag === null) throw noAsset(assetIdOf(asked));
    const masked = !mayWrite(asked);
    return json(shownDefinition(definition, !masked), masked ? {} : { ETag: etag });
  },
});

export const listRevisions = operation({
  id: "listRevisions",
  tag: "History",
  summary: "List an asset's revisions",
  description:
    "Who wrote the asset, when and why, the newest first, at most 1,000 in a page. Those of a deleted asset too.",
  query: strictQuery(() => ({
    limit: common.limit(),
    continue: common.continuation().meta({ examples: ["NDIA"] }),
  })),
  answers: {
    200: answers.list("A page of revisions.", Revision, [UPDATE, REVISION], { headers: ["Sensu-Continue?"] }),
    400: answers.invalid('invalid limit "x": use a whole number, 0 for no limit'),
    404: NEVER,
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { history }: Uses) {
    const { limit, start } = readPage(asked.query);
    const before = seqOfToken(start);
    const page = await history.list(assetIdOf(asked), livesOf(asked), before, Math.min(limit, PAGE));
    return json(JSON.stringify(page.revisions.map(shownRevision)), continueHeader(page.next));
  },
});

export const getRevision = operation({
  id: "getRevision",
  tag: "History",
  summary: "Get a revision",
  description: "A revision, and what the asset was after it.",
  answers: {
    200: answers.json("The revision.", RevisionWithDefinition, { ...REVISION, definition: SERVED }),
    400: answers.invalid('invalid revision "x": use a whole number'),
    404: answers.notFound("The asset has no revision of this seq."),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { history }: Uses) {
    const seq = readParameter(wholeNumber(), "revision", asked.params["seq"]);
    const revision = await history.get(assetIdOf(asked), livesOf(asked), seq);
    const definition = shownValue(revision, mayWrite(asked));
    return json(JSON.stringify({ ...shownRevision(revision), definition }));
  },
});
