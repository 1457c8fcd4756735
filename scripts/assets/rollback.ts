// npm run assets -- rollback NAME: writes an old definition again.
import { answered, ENVIRONMENT, Refused } from "../command/deployment.ts";
import { command, FAILED } from "../command/command.ts";
import { flag, text, value } from "../command/options.ts";
import { formatOption, print } from "../command/output.ts";
import { CHANGES, DONE, namespaceOption, onlyName, placeOf, revisionNumber, type Place } from "./place.ts";
import { confirmed } from "../command/confirm.ts";
import { Difference, differenceOf, shownDifference } from "./diff.ts";
import { Mistake } from "../command/mistake.ts";
import { painter, printable } from "../command/terminal.ts";
import { askOfAsset, revisionsOf } from "./revisions.ts";

export const rollback = command({
  name: "rollback",
  summary: "write an old definition of an asset again",
  details: `Shows what going back would change, asks, and writes what the asset was at a revision as a new revision. A deleted asset
comes back the same way. Nothing is lost: what was there before stays in the history.`,
  operands: ["<name>"],
  options: {
    to: value(
      "--to <revision>",
      "the revision to go back to, as history lists it (default: the one before the last)",
      revisionNumber,
    ),
    reason: text("--reason <text>", "why; kept in the history"),
    ifMatch: text("--if-match <etag>", "only if the asset is still the one with this ETag"),
    dryRun: flag("--dry-run", "show what would change, and do nothing"),
    yes: flag("-y, --yes", "do not ask; needed where there is no terminal"),
    namespace: namespaceOption,
    format: formatOption,
  },
  examples: [
    "npm run --silent assets -- rollback sensu/http-checks    # undoes the last change",
    "npm run --silent assets -- rollback sensu/http-checks --to 42 --yes --reason 'broke the agents'",
  ],
  exitCodes: {
    0: "done or nothing to do",
    1: "an error, or the answer was no",
    2: "something would change (--dry-run)",
  },
  environment: ENVIRONMENT,
  async run({ options, operands, io }) {
    const { format, dryRun } = options;
    const name = onlyName(operands);
    const place = placeOf(options.namespace, io);
    const seq = options.to ?? (await revisionBeforeLast(place, name));
    const wish = { seq, reason: options.reason, etag: options.ifMatch };
    const planned = await ask(place, name, wish, true);
    const isSame = planned.lines.length === 0;
    if (dryRun || isSame) {
      print(io, format, planned, () =>
        isSame
          ? `Nothing to change: ${printable(name)} is as revision ${seq} made it\n`
          : `Would go back to revision ${seq}:\n${shownDifference(planned, painter(io))}`,
      );
      return isSame ? DONE : CHANGES;
    }
    if (!options.yes) {
      io.stderr.write(shownDifference(planned, painter(io)));
      const question = `Go back to revision ${seq} of ${printable(name)}, in ${place.namespace}?`;
      if (!(await confirmed(question, io))) {
        io.stderr.write("Nothing was changed.\n");
        return FAILED;
      }
    }
    await ask(place, name, wish, false);
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

async function revisionBeforeLast(place: Place, name: string): Promise<number> {
  const { revisions } = await revisionsOf(place, name, 2, "");
  const [, before] = revisions;
  if (before !== undefined) return before.seq;
  throw new Mistake(
    `${printable(name)} has one revision and no other to go back to`,
    "`history NAME` lists them",
  );
}

/** Which revision, why, and of which state. */
interface Wish {
  readonly seq: number;
  readonly reason: string | undefined;
  readonly etag: string | undefined;
}

/** Goes back, or says what that would change. */
async function ask(
  place: Place,
  name: string,
  { seq, reason, etag }: Wish,
  dryRun: true,
): Promise<Difference>;
async function ask(place: Place, name: string, { seq, reason, etag }: Wish, dryRun: false): Promise<null>;
async function ask(place: Place, name: string, { seq, reason, etag }: Wish, dryRun: boolean) {
  const query = new URLSearchParams({
    ...(reason === undefined ? {} : { reason }),
    ...(dryRun ? { dry_run: "true" } : {}),
  });
  const headers = etag === undefined ? {} : { "If-Match": quotedTag(etag) };
  const asked = { body: { seq }, headers };
  const answer = await askOfAsset(place, name, "POST", `rollback?${query.toString()}`, asked).catch(
    (error: unknown) => {
      if (!(error instanceof Refused && error.status === 412)) throw error;
      throw new Mistake("the asset is no longer the one of --if-match, so it was left", "see `diff NAME`");
    },
  );
  return dryRun ? Difference.parse(await answered(answer)) : null;
}

/** Shells take the quotes of an ETag away. */
function quotedTag(etag: string): string {
  return etag === "*" || etag.startsWith('"') ? etag : `"${etag}"`;
}
