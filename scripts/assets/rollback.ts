// npm run assets -- rollback NAME --to REVISION: writes an old definition again.
import { Refused } from "../deployment.ts";
import {
  DONE,
  onlyName,
  oneOf,
  placeOf,
  readArguments,
  readRevision,
  SHARED_HELP,
  type Command,
} from "./command.ts";
import { differenceOf, shownDifference } from "./diff.ts";
import { Mistake } from "./mistake.ts";
import { FORMATS, print } from "./output.ts";
import { painter } from "./terminal.ts";
import { askOfAsset } from "./revisions.ts";

export const rollback: Command = {
  summary: "write an old definition of an asset again",
  help: `npm run --silent assets -- rollback NAME --to REVISION [--reason TEXT] [--if-match ETAG] [--format table|json|yaml]

Writes what the asset was at a revision as a new revision, and shows what that changed. A deleted asset comes back the same
way. Nothing is lost: what was there before stays in the history.

  --to REVISION      the revision to go back to, as history lists it
  --reason TEXT      why; kept in the history
  --if-match ETAG    only if the asset is still the one with this ETag
  --format FORMAT    table (default), json or yaml
${SHARED_HELP}

Exit codes: 0 done, 1 an error.`,
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      to: { type: "string" },
      reason: { type: "string" },
      "if-match": { type: "string" },
      format: { type: "string", default: "table" },
    });
    const format = oneOf(values.format, FORMATS, "--format");
    const name = onlyName(positionals);
    const seq = readRevision(values.to, "--to");
    if (seq === null)
      throw new Mistake("--to is missing", "`history NAME` lists the revisions to go back to");
    const place = placeOf(values, io);
    const etag = values["if-match"];
    const query = new URLSearchParams(values.reason === undefined ? {} : { reason: values.reason });
    const headers = etag === undefined ? {} : { "If-Match": quoted(etag) };
    const asked = { body: { seq }, headers };
    await askOfAsset(place, name, "POST", `rollback?${query.toString()}`, asked).catch((error: unknown) => {
      if (!(error instanceof Refused && error.status === 412)) throw error;
      throw new Mistake("the asset is no longer the one of --if-match, so it was left", "see `diff NAME`");
    });
    const difference = await differenceOf(place, name, null, null);
    print(
      io,
      format,
      difference,
      () => `Back to revision ${seq}:\n${shownDifference(difference, painter(io))}`,
    );
    return DONE;
  },
};

/** Shells take the quotes of an ETag away. */
function quoted(etag: string): string {
  return etag === "*" || etag.startsWith('"') ? etag : `"${etag}"`;
}
