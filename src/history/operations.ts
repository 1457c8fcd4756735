import { serveAsset } from "../assets/read-operations.ts";
import { FILTERS } from "../assets/common.ts";
import type { AssetService } from "../assets/service.ts";
import { allows, type Need, type Role } from "../auth/grants.ts";
import { commitOf, principalOf, type Context } from "../context.ts";
import { ServedAsset } from "../definitions/answers.ts";
import type { Json } from "../definitions/merge-patch.ts";
import { SERVED } from "../definitions/examples.ts";
import { noAsset } from "../errors.ts";
import * as answers from "../http/answers.ts";
import { CONTINUE, DRY_RUN, FORMAT_TEXT, LIMIT, REASON, SEQ } from "../http/common-parameters.ts";
import { readConditions } from "../http/conditional.ts";
import { operation } from "../http/operation.ts";
import { continueHeader, readPage, seqOfToken } from "../http/pagination.ts";
import { readParameter, wholeNumber } from "../http/parameters.ts";
import { assetIdOf, namespaceOf } from "../http/place.ts";
import { strictQuery } from "../http/query.ts";
import { jsonBody } from "../http/request-body.ts";
import {
  CACHE_CONTROL,
  IF_MATCH,
  IF_NONE_MATCH,
  IF_NONE_MATCH_WRITE,
  REASON_HEADER,
} from "../http/request-headers.ts";
import { json, text } from "../http/respond.ts";
import { ref } from "../lib/schema-ref.ts";
import type { AssetRevision, Lives } from "../store/history-store.ts";
import { Difference, REVISION, Revision, RevisionWithDefinition, Rollback } from "./answers.ts";
import { differenceLines, mergePatchBetween } from "./difference.ts";
import { readableLives } from "./lives.ts";
import type { HistoryService, Rehearsal } from "./service.ts";
import { shownDefinition, shownRevision, shownValue } from "./views.ts";

interface Uses {
  readonly history: HistoryService;
}

/** Revisions in one page at the most. */
const PAGE = 1_000;

const UPDATE = { ...REVISION, seq: 3, action: "update", etag: '"0f0f0f0f0f0f0f0f"' };
const LINES = ['- headers.Authorization: "Bearer $TOKEN"'];
const DIFFERENCE = { from: REVISION, to: UPDATE, patch: { headers: null }, lines: LINES };
const NEVER = answers.notFound(
  "The asset never was, or there is no such revision.",
  "no asset named my-secure-asset in namespace default",
  "no revision 42 of asset my-secure-asset in namespace default; the newest is 3",
);

export const getAssetAt = operation({
  id: "getAssetAt",
  tag: "History",
  summary: "Get an asset as it was",
  description:
    "The asset as it is, like Sensu's own path or, with `at`, as the commits up to that seq had made it. With `at`, values of headers not known to be harmless, and userinfo and query of URLs, are `***` for callers who may not write the asset, and they get no ETag.",
  query: strictQuery({
    at: SEQ.meta({
      description: "The asset as the commits up to this seq had made it.",
      examples: [1],
    }),
    filters: FILTERS,
  }),
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
    "Who wrote the asset, when and why, the newest first, 1,000 at the most in a page. Those of a deleted asset too.",
  query: strictQuery({ limit: LIMIT, continue: CONTINUE.meta({ examples: ["NDIA"] }) }),
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
    const seq = readParameter(wholeNumber, "revision", asked.params["seq"]);
    const revision = await history.get(assetIdOf(asked), livesOf(asked), seq);
    const definition = shownValue(revision, mayWrite(asked));
    return json(JSON.stringify({ ...shownRevision(revision), definition }));
  },
});

export const diffRevisions = operation({
  id: "diffRevisions",
  tag: "History",
  summary: "Compare two revisions",
  description:
    "What changed from one revision to another: a merge patch for programs, lines for people. Without `from` and `to`: what the last write changed.",
  query: strictQuery({
    from: SEQ.meta({
      description: "The seq to compare with; when left out, the revision before the other.",
      examples: [1],
    }),
    to: SEQ.meta({ description: "The seq to compare; when left out, the last revision.", examples: [3] }),
    format: FORMAT_TEXT,
  }),
  answers: {
    200: answers.content("The difference.", {
      "application/json": { schema: ref(Difference), example: DIFFERENCE },
      "text/plain; charset=utf-8": {
        schema: { type: "string" },
        example: `from revision 1: create by ci at ${REVISION.when}\nto   revision 3: update by ci at ${REVISION.when}\n${LINES.join("\n")}\n`,
      },
    }),
    400: answers.invalid('invalid from "x": use a whole number'),
    404: NEVER,
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { history }: Uses) {
    const id = assetIdOf(asked);
    const lives = livesOf(asked);
    const { from: fromSeq, to: toSeq, format } = asked.query;
    const to = toSeq === undefined ? await history.latest(id, lives) : await history.at(id, lives, toSeq);
    const from =
      fromSeq === undefined ? await history.before(id, lives, to.seq) : await history.at(id, lives, fromSeq);
    const [before, after] = [shownValue(from, mayWrite(asked)), shownValue(to, mayWrite(asked))];
    const lines = differenceLines(before, after);
    if (format === "text") {
      return text([`from ${endOf(from)}`, `to   ${endOf(to)}`, ...lines, ""].join("\n"));
    }
    return json(
      JSON.stringify({
        from: from === null ? null : shownRevision(from),
        to: shownRevision(to),
        patch: mergePatchBetween(before, after),
        lines,
      }),
    );
  },
});

export const rollbackAsset = operation({
  id: "rollbackAsset",
  tag: "History",
  summary: "Roll an asset back",
  description:
    "Writes what the asset was after a revision as a new one, the caller's; brings a deleted asset back as well. Where the asset is that already, nothing is written, and the answer says `X-Unchanged: true`. With `dry_run=true` the answer is the difference it would make, and nothing is written.",
  query: strictQuery({ dry_run: DRY_RUN, reason: REASON }),
  headers: [REASON_HEADER, IF_MATCH, IF_NONE_MATCH_WRITE],
  body: jsonBody(Rollback, {
    description: "Where to go back to.",
    examples: { first: { summary: "As it was at first", value: { seq: 1 } } },
  }),
  answers: {
    200: answers.content(
      "The asset as it now is; with `dry_run=true`, what would change, from the last revision to the one asked for.",
      {
        "application/json": {
          schema: { anyOf: [ref(ServedAsset), ref(Difference)] },
          examples: {
            written: { value: SERVED },
            rehearsed: { summary: "With dry_run=true", value: DIFFERENCE },
          },
        },
      },
      { headers: ["ETag?", "X-Unchanged?"] },
    ),
    400: answers.invalid("the asset was deleted by revision 7; choose an earlier one to bring it back"),
    404: NEVER,
    412: answers.shared("PreconditionFailed"),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { history }: Uses) {
    const id = assetIdOf(asked);
    const { seq } = await asked.body();
    const condition = readConditions(asked.request.headers);
    const wish = { id, lives: livesOf(asked), seq, condition, commit: commitOf(asked) };
    if (asked.query.dry_run) return rehearsalAnswer(await history.rehearse(wish));
    const { asset, isUnchanged } = await history.rollback(wish);
    return json(asset.definition, { ETag: asset.etag, ...unchangedHeader(isUnchanged) });
  },
});

/** The difference that a rollback would make; its caller may write the asset, so nothing is masked. */
function rehearsalAnswer({ from, to, write, current, isSame }: Rehearsal): Response {
  const before = isSame || current === null ? null : shownJson(current.definition);
  const after = isSame ? null : shownJson(write.definition);
  const body = {
    from: shownRevision(from),
    to: shownRevision(to),
    patch: isSame ? {} : mergePatchBetween(before, after),
    lines: differenceLines(before, after),
  };
  return json(JSON.stringify(body), unchangedHeader(isSame));
}

function shownJson(definition: string): Json {
  const value: Json = JSON.parse(definition);
  return value;
}

function unchangedHeader(isUnchanged: boolean): Record<string, string> {
  return isUnchanged ? { "X-Unchanged": "true" } : {};
}

function endOf(revision: AssetRevision | null): string {
  if (revision === null) return "nothing";
  const { seq, action, who, when } = shownRevision(revision);
  return `revision ${seq}: ${action} by ${who} at ${when}`;
}

/** Whoever may write the asset sees the headers it is fetched with; others see that they are there. */
function mayWrite(context: Context): boolean {
  return allows(principalOf(context).grants, needOf(context, "edit"));
}

/** What the caller may read of a namespace that was deleted and created again, in the role that decides on secrets. */
function livesOf(context: Context): Lives {
  const role = mayWrite(context) ? "edit" : "view";
  return readableLives(principalOf(context).grants, needOf(context, role));
}

function needOf(context: Context, role: Role): Need {
  return { role, namespace: namespaceOf(context), name: context.params["name"] ?? null };
}
