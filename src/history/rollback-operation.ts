import { commitOf } from "../context.ts";
import { ServedAsset } from "../definitions/answers.ts";
import { SERVED } from "../definitions/examples.ts";
import type { Json } from "../definitions/merge-patch.ts";
import * as answers from "../http/answers.ts";
import * as common from "../http/common-parameters.ts";
import { readConditions } from "../http/conditional.ts";
import { operation } from "../http/operation.ts";
import { assetIdOf } from "../http/place.ts";
import { strictQuery } from "../http/query.ts";
import { jsonBody } from "../http/request-body.ts";
import { IF_MATCH, IF_NONE_MATCH_WRITE, REASON_HEADER } from "../http/request-headers.ts";
import { json } from "../http/respond.ts";
import { ref } from "../lib/schema-ref.ts";
import { livesOf } from "./access.ts";
import { Difference, Rollback } from "./answers.ts";
import { DIFFERENCE, NEVER } from "./description.ts";
import { differenceLines, mergePatchBetween } from "./difference.ts";
import type { HistoryService, Rehearsal } from "./service.ts";
import { shownRevision } from "./views.ts";

export const rollbackAsset = operation({
  id: "rollbackAsset",
  tag: "History",
  summary: "Roll an asset back",
  description:
    "Writes what the asset was after a revision as a new one, the caller's; brings a deleted asset back as well. Where the asset is that already, nothing is written, and the answer says `X-Unchanged: true`. With `dry_run=true` the answer is the difference it would make, and nothing is written.",
  query: strictQuery(() => ({ dry_run: common.dryRun(), reason: common.reason() })),
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
  async handle(asked, { history }: { readonly history: HistoryService }) {
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
