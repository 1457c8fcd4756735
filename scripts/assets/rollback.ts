// npm run assets -- rollback NAME --to REVISION: writes an old definition again.
import { ENVIRONMENT, Refused } from "../command/deployment.ts";
import { command, DONE_OR_FAILED } from "../command/command.ts";
import { text, value } from "../command/options.ts";
import { formatOption, print } from "../command/output.ts";
import { DONE, namespaceOption, onlyName, placeOf, revisionNumber } from "./place.ts";
import { differenceOf, shownDifference } from "./diff.ts";
import { Mistake } from "../command/mistake.ts";
import { painter } from "../command/terminal.ts";
import { askOfAsset } from "./revisions.ts";

export const rollback = command({
  name: "rollback",
  summary: "write an old definition of an asset again",
  details: `Writes what the asset was at a revision as a new revision, and shows what that changed. A deleted asset comes back the
same way. Nothing is lost: what was there before stays in the history.`,
  operands: ["<name>"],
  options: {
    to: value("--to <revision>", "the revision to go back to, as history lists it", revisionNumber),
    reason: text("--reason <text>", "why; kept in the history"),
    ifMatch: text("--if-match <etag>", "only if the asset is still the one with this ETag"),
    namespace: namespaceOption,
    format: formatOption,
  },
  examples: ["npm run --silent assets -- rollback sensu/http-checks --to 42 --reason 'broke the agents'"],
  exitCodes: DONE_OR_FAILED,
  environment: ENVIRONMENT,
  async run({ options: { to: seq, reason, ifMatch: etag, namespace, format }, operands, io }) {
    const name = onlyName(operands);
    if (seq === undefined)
      throw new Mistake("--to is missing", "`history NAME` lists the revisions to go back to");
    const place = placeOf(namespace, io);
    const query = new URLSearchParams(reason === undefined ? {} : { reason });
    const headers = etag === undefined ? {} : { "If-Match": quoted(etag) };
    const asked = { body: { seq }, headers };
    await askOfAsset(place, name, "POST", `rollback?${query.toString()}`, asked).catch((error: unknown) => {
      if (!(error instanceof Refused && error.status === 412)) throw error;
      throw new Mistake("the asset is no longer the one of --if-match, so it was left", "see `diff NAME`");
    });
    const difference = await differenceOf(place, name, undefined, undefined);
    print(
      io,
      format,
      difference,
      () => `Back to revision ${seq}:\n${shownDifference(difference, painter(io))}`,
    );
    return DONE;
  },
});

/** Shells take the quotes of an ETag away. */
function quoted(etag: string): string {
  return etag === "*" || etag.startsWith('"') ? etag : `"${etag}"`;
}
