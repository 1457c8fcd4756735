// npm run assets -- diff NAME: what changed between two revisions of an asset.
import * as z from "zod/mini";
import { answered } from "../deployment.ts";
import {
  DONE,
  onlyName,
  oneOf,
  placeOf,
  readArguments,
  readRevision,
  SHARED_HELP,
  type Command,
  type Place,
} from "./command.ts";
import { FORMATS, print } from "./output.ts";
import { askOfAsset, Revision, told } from "./revisions.ts";
import { paintedLine, painter, type Paint } from "./terminal.ts";

const Difference = z.object({
  from: z.nullable(Revision),
  to: Revision,
  patch: z.unknown(),
  lines: z.array(z.string()),
});
export type Difference = z.infer<typeof Difference>;

export const diff: Command = {
  summary: "what changed between two revisions of an asset",
  help: `npm run --silent assets -- diff NAME [--from REVISION] [--to REVISION] [--format table|json|yaml]

Shows each value that went (-) or came (+). Values of headers that open doors are shown to those who may write.

  --from REVISION    the older one (default: the one before --to)
  --to REVISION      the newer one (default: the last)
  --format FORMAT    table (default), or json and yaml with a JSON Merge Patch
${SHARED_HELP}

Exit codes: 0 done, 1 an error.`,
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      from: { type: "string" },
      to: { type: "string" },
      format: { type: "string", default: "table" },
    });
    const format = oneOf(values.format, FORMATS, "--format");
    const name = onlyName(positionals);
    const from = readRevision(values.from, "--from");
    const to = readRevision(values.to, "--to");
    const difference = await differenceOf(placeOf(values, io), name, from, to);
    print(io, format, difference, () => shownDifference(difference, painter(io)));
    return DONE;
  },
};

/** What changed from one revision to another, by the server's rules for what is left out. */
export async function differenceOf(
  place: Place,
  name: string,
  from: number | null,
  to: number | null,
): Promise<Difference> {
  const query = new URLSearchParams();
  if (from !== null) query.set("from", String(from));
  if (to !== null) query.set("to", String(to));
  const response = await askOfAsset(place, name, "GET", `diff?${query.toString()}`);
  return Difference.parse(await answered(response));
}

/** Both ends, and a line for each value. */
export function shownDifference({ from, to, lines }: Difference, paint: Paint): string {
  const shown = lines.length === 0 ? ["no difference"] : lines.map((line) => paintedLine(line, paint));
  return `${[paint("bold", `from ${told(from)}`), paint("bold", `to   ${told(to)}`), ...shown].join("\n")}\n`;
}
