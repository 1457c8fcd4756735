import * as answers from "../http/answers.ts";
import * as common from "../http/common-parameters.ts";
import { operation } from "../http/operation.ts";
import { assetIdOf } from "../http/place.ts";
import { strictQuery } from "../http/query.ts";
import { json, text } from "../http/respond.ts";
import { ref } from "../lib/schema-ref.ts";
import type { AssetRevision } from "../store/history-store.ts";
import { livesOf, mayWrite } from "./access.ts";
import { Difference, REVISION } from "./answers.ts";
import { DIFFERENCE, LINES, NEVER } from "./description.ts";
import { differenceLines, mergePatchBetween } from "./difference.ts";
import type { HistoryService } from "./service.ts";
import { shownRevision, shownValue } from "./views.ts";

export const diffRevisions = operation({
  id: "diffRevisions",
  tag: "History",
  summary: "Compare two revisions",
  description:
    "What changed from one revision to another: a merge patch for programs, lines for people. Without `from` and `to`: what the last write changed.",
  query: strictQuery(() => ({
    from: common.seq().meta({
      description: "The seq to compare with; when left out, the revision before the other.",
      examples: [1],
    }),
    to: common
      .seq()
      .meta({ description: "The seq to compare; when left out, the last revision.", examples: [3] }),
    format: common.jsonOrText(),
  })),
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
  async handle(asked, { history }: { readonly history: HistoryService }) {
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

function endOf(revision: AssetRevision | null): string {
  if (revision === null) return "nothing";
  const { seq, action, who, when } = shownRevision(revision);
  return `revision ${seq}: ${action} by ${who} at ${when}`;
}
