// npm run assets -- history NAME: who did what to an asset.
import { table } from "../deployment.ts";
import { DONE, onlyName, oneOf, placeOf, readArguments, SHARED_HELP, type Command } from "./command.ts";
import { FORMATS, print } from "./output.ts";
import { progress } from "./progress.ts";
import { revisionsOf, type Revision } from "./revisions.ts";
import { printable } from "./terminal.ts";

const PAGE = 1_000;

export const history: Command = {
  summary: "who did what to an asset, when and why",
  help: `npm run --silent assets -- history NAME [--format table|json|yaml]

Lists every revision of an asset, also of a deleted one, the newest first.

  --format FORMAT    table (default), json or yaml
${SHARED_HELP}

Exit codes: 0 done, 1 an error.`,
  async run(args, io) {
    const { values, positionals } = readArguments(args, { format: { type: "string", default: "table" } });
    const format = oneOf(values.format, FORMATS, "--format");
    const name = onlyName(positionals);
    const place = placeOf(values, io);
    const bar = progress("Reading revisions", io);
    const found: Revision[] = [];
    try {
      for (let token: string | null = ""; token !== null;) {
        bar.show(found.length, null);
        const page = await revisionsOf(place, name, PAGE, token);
        found.push(...page.revisions);
        token = page.next;
      }
    } finally {
      bar.end();
    }
    print(io, format, found, () =>
      table([["REVISION", "WHEN", "WHO", "ACTION", "ETAG", "REASON"], ...rows(found)]),
    );
    return DONE;
  },
};

function rows(revisions: readonly Revision[]): string[][] {
  return revisions.map(({ seq, when, who, action, etag, reason }) => [
    String(seq),
    when,
    printable(who),
    action,
    etag ?? "-",
    printable(reason ?? ""),
  ]);
}
