// The revisions of an asset as the server tells them.
import * as z from "zod/mini";
import { answered, Refused, type Asked } from "../command/deployment.ts";
import type { Answer } from "../command/web.ts";
import { pathOf, type Place } from "./place.ts";
import { Mistake } from "../command/mistake.ts";
import { printable } from "../command/terminal.ts";

export const Revision = z.object({
  seq: z.int(),
  action: z.string(),
  who: z.string(),
  when: z.string(),
  etag: z.nullable(z.string()),
  reason: z.nullable(z.string()),
});
export type Revision = z.infer<typeof Revision>;

/** Asks about one asset; an error names what is not there, the asset or its revision. */
export async function askOfAsset(
  place: Place,
  name: string,
  method: "GET" | "POST",
  rest: string,
  asked: Asked = {},
): Promise<Answer> {
  const path = `${pathOf(place, "edge/v1")}/assets/${encodeURIComponent(name)}/${rest}`;
  try {
    return await place.deployment.ask(method, path, asked);
  } catch (error) {
    if (!(error instanceof Refused && error.status === 404)) throw error;
    // The server's words name the newest revision.
    if (error.said.startsWith("no revision")) throw new Mistake(error.said, "`history NAME` lists them");
    throw new Mistake(
      `the namespace ${place.namespace} has no asset ${printable(name)}`,
      "`dump` lists the assets there are, `history NAME` also what a deleted one was",
    );
  }
}

/** A page of revisions, the newest first. */
export async function revisionsOf(
  place: Place,
  name: string,
  limit: number,
  token: string,
): Promise<{ revisions: Revision[]; next: string | null }> {
  const query = new URLSearchParams({ limit: String(limit), ...(token === "" ? {} : { continue: token }) });
  const response = await askOfAsset(place, name, "GET", `revisions?${query.toString()}`);
  const revisions = z.array(Revision).parse(await answered(response));
  return { revisions, next: response.headers.get("Sensu-Continue") };
}

/** `revision 42: update by alice at 2026-01-31T12:00:00.000Z (why)`. */
export function told(revision: Revision | null): string {
  if (revision === null) return "nothing";
  const { seq, action, who, when, reason } = revision;
  const why = reason === null ? "" : ` (${printable(reason)})`;
  return `revision ${seq}: ${action} by ${printable(who)} at ${when}${why}`;
}
