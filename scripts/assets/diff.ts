// npm run assets -- diff NAME: what changed between two revisions of an asset.
import * as z from "zod/mini";
import { answered, ENVIRONMENT } from "../command/deployment.ts";
import { DONE, namespaceOption, onlyName, placeOf, revisionNumber, type Place } from "./place.ts";
import { command, DONE_OR_FAILED } from "../command/command.ts";
import { value } from "../command/options.ts";
import { formatOption, print } from "../command/output.ts";
import { askOfAsset, Revision, told } from "./revisions.ts";
import { paintedLine, painter, type Paint } from "../command/terminal.ts";

export const Difference = z.object({
  from: z.nullable(Revision),
  to: Revision,
  patch: z.unknown(),
  lines: z.array(z.string()),
});
export type Difference = z.infer<typeof Difference>;

export const diff = command({
  name: "diff",
  summary: "what changed between two revisions of an asset",
  details:
    "Shows each value that went (-) or came (+). Values of headers that are credentials are shown to those who may write.",
  operands: ["<name>"],
  options: {
    from: value("--from <revision>", "the older one (default: the one before --to)", revisionNumber),
    to: value("--to <revision>", "the newer one (default: the last)", revisionNumber),
    namespace: namespaceOption,
    format: formatOption,
  },
  examples: [
    "npm run --silent assets -- diff sensu/http-checks",
    "npm run --silent assets -- diff sensu/http-checks --from 41 --to 44 --format json    # a JSON Merge Patch",
  ],
  exitCodes: DONE_OR_FAILED,
  environment: ENVIRONMENT,
  async run({ options: { from, to, namespace, format }, operands, io }) {
    const place = placeOf(namespace, io);
    const difference = await differenceOf(place, onlyName(operands), from, to);
    print(io, format, difference, () => shownDifference(difference, painter(io)));
    return DONE;
  },
});

/** What changed from one revision to another, by the server's rules for what is left out. */
export async function differenceOf(
  place: Place,
  name: string,
  from: number | undefined,
  to: number | undefined,
): Promise<Difference> {
  const query = new URLSearchParams();
  if (from !== undefined) query.set("from", String(from));
  if (to !== undefined) query.set("to", String(to));
  const response = await askOfAsset(place, name, "GET", `diff?${query.toString()}`);
  return Difference.parse(await answered(response));
}

/** Both ends, and a line for each value. */
export function shownDifference({ from, to, lines }: Difference, paint: Paint): string {
  const shown = lines.length === 0 ? ["no difference"] : lines.map((line) => paintedLine(line, paint));
  return `${[paint("bold", `from ${told(from)}`), paint("bold", `to   ${told(to)}`), ...shown].join("\n")}\n`;
}
