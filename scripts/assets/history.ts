// npm run assets -- history NAME: who did what to an asset.
import { table } from "../command/table.ts";
import { command, DONE_OR_FAILED } from "../command/command.ts";
import { ENVIRONMENT } from "../command/deployment.ts";
import { DONE, namespaceOption, onlyName, placeOf } from "./place.ts";
import { formatOption, print } from "../command/output.ts";
import { progress } from "../command/progress.ts";
import { revisionsOf, type Revision } from "./revisions.ts";
import { printable } from "../command/terminal.ts";

const PAGE = 1_000;

export const history = command({
  name: "history",
  summary: "who did what to an asset, when and why",
  details: "Lists every revision of an asset, also of a deleted one, the newest first.",
  operands: ["<name>"],
  options: { namespace: namespaceOption, format: formatOption },
  examples: ["npm run --silent assets -- history sensu/http-checks"],
  exitCodes: DONE_OR_FAILED,
  environment: ENVIRONMENT,
  async run({ options: { namespace, format }, operands, io }) {
    const name = onlyName(operands);
    const place = placeOf(namespace, io);
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
});

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
