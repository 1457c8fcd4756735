// The assets of a namespace, page by page.
import * as z from "zod/mini";
import { answered, Refused, type Deployment } from "../command/deployment.ts";
import { pathOf, type Place } from "./place.ts";
import { Mistake } from "../command/mistake.ts";

const Listed = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
});
export type Listed = z.infer<typeof Listed>;

const PAGE = 500;

/** The names of all namespaces that the caller may see. */
export async function namespacesOf({ ask }: Deployment): Promise<string[]> {
  const names: string[] = [];
  for (let token: string | null = ""; token !== null;) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(token === "" ? {} : { continue: token }) });
    const response = await ask("GET", `/api/core/v2/namespaces?${query.toString()}`);
    const page = z.array(z.looseObject({ name: z.string() })).parse((await answered(response)) ?? []);
    names.push(...page.map(({ name }) => name));
    token = response.headers.get("Sensu-Continue");
  }
  return names;
}

/** Reads all assets as they were written, from the database and not from a cache. */
export async function* assetPages(place: Place): AsyncGenerator<Listed[]> {
  let count = 0;
  for (let token: string | null = ""; token !== null;) {
    const query = new URLSearchParams({ limit: String(PAGE), filters: "as-written" });
    if (token !== "") query.set("continue", token);
    const response = await place.deployment.ask(
      "GET",
      `${pathOf(place, "core/v2")}/assets?${query.toString()}`,
      {
        headers: { "Cache-Control": "no-cache" },
      },
    );
    const page = z.array(Listed).parse((await answered(response)) ?? []);
    token = response.headers.get("Sensu-Continue");
    count += page.length;
    yield page;
  }
  if (count === 0) await refuseMissing(place);
}

/** A namespace that is not there lists no assets; a dump that says so in silence would be taken for a backup. */
async function refuseMissing(place: Place): Promise<void> {
  try {
    await place.deployment.ask("GET", pathOf(place, "core/v2"));
  } catch (error) {
    if (!(error instanceof Refused && error.status === 404)) throw error;
    throw new Mistake(`the namespace ${place.namespace} does not exist`, "say another with --namespace");
  }
}
