import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { NEW_EPOCH } from "../../scripts/new-epoch.ts";
import { forgetRevisions } from "../../src/store/d1/retention.ts";
import { allows, parseGrant } from "../../src/auth/grants.ts";
import type { Namespace } from "../../src/identity/names.ts";
import { anAsset } from "../support/fixtures.ts";
import { Follower, type FollowerOptions } from "../support/follower.ts";
import { NIGHTLY, runs } from "../support/nightly.ts";
import { api, freshStorage, tokenFor } from "../support/worker.ts";

const root = await tokenFor(["admin@*"], { name: "root" });
const SHAPES = [["edit@*"], ["edit@team"], ["edit@*/a*"], ["edit@*/a*", "edit@team/b"]] as const;
const tokens = await Promise.all(SHAPES.map((grants) => tokenFor(grants)));
const GRANTS = new Map<string, readonly string[]>(
  SHAPES.map((grants, index) => [tokens[index] ?? "", grants]),
);
const [everything = "", team = "", letters = "", mixed = ""] = tokens;

/** Followers of every shape of grant and scope, beginning either way. */
const FOLLOWERS: readonly FollowerOptions[] = [
  { token: everything, namespace: null, begins: "with a list" },
  { token: everything, namespace: "team", begins: "from the start" },
  { token: team, namespace: "team", begins: "with a list" },
  { token: team, namespace: "team", begins: "from the start" },
  { token: letters, namespace: null, begins: "from the start" },
  { token: mixed, namespace: null, begins: "with a list" },
];

/** Schedules that are played each time the tests run. */
const RUNS = runs(8);

type Play =
  | {
      readonly do: "put" | "delete";
      readonly namespace: string;
      readonly name: string;
      readonly value: number;
    }
  | { readonly do: "delete the namespace" | "create the namespace" | "recreate the namespace" }
  | { readonly do: "remember" | "restore" | "forget" }
  | { readonly do: "follow"; readonly who: number; readonly limit: number; readonly steps: number };

const write = fc.record({
  do: fc.constantFrom("put" as const, "put" as const, "delete" as const),
  namespace: fc.constantFrom("default", "team"),
  name: fc.constantFrom("a", "ab", "b"),
  value: fc.nat({ max: 999 }),
});
const follow = fc.record({
  do: fc.constant("follow" as const),
  who: fc.nat({ max: FOLLOWERS.length - 1 }),
  limit: fc.integer({ min: 1, max: 3 }),
  steps: fc.integer({ min: 1, max: 4 }),
});
const other = fc.constantFrom<Play>(
  { do: "delete the namespace" },
  { do: "create the namespace" },
  { do: "recreate the namespace" },
  { do: "remember" },
  { do: "restore" },
  { do: "forget" },
);
const anyPlay = fc.oneof(
  { weight: 4, arbitrary: write },
  { weight: 5, arbitrary: follow },
  { weight: 4, arbitrary: other },
);
const freely = fc.array<Play>(anyPlay, { minLength: 5, maxLength: 30 });
const stretch = fc.array<Play>(anyPlay, { maxLength: 8 });
/** Two restores to one time, with retention between them, and anything before, between and after. */
const throughTwoRestores = fc
  .tuple(stretch, stretch, stretch, stretch, stretch, fc.nat({ max: FOLLOWERS.length - 1 }))
  .map(([before, undone, lived, again, after, who]): Play[] => {
    const follows: Play = { do: "follow", who, limit: 3, steps: 4 };
    return [
      ...before,
      follows,
      { do: "remember" },
      ...undone,
      follows,
      { do: "restore" },
      ...lived.filter((each) => each.do !== "remember"),
      { do: "forget" },
      follows,
      { do: "restore" },
      ...again,
      ...after,
    ];
  });
const plays = fc.oneof(freely, throughTwoRestores);

const TABLES = ["meta", "namespaces", "assets", "revisions", "retention"];
type Rows = Readonly<Record<string, readonly Record<string, unknown>[]>>;

/** The database as it is, to go back to as Time Travel would. */
async function rows(): Promise<Rows> {
  const answers = await env.DB.batch<Record<string, unknown>>(
    TABLES.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)),
  );
  return Object.fromEntries(TABLES.map((table, index) => [table, answers[index]?.results ?? []]));
}

async function restore(remembered: Rows): Promise<void> {
  await env.DB.batch(
    TABLES.flatMap((table) => [
      env.DB.prepare(`DELETE FROM ${table}`),
      ...(remembered[table] ?? []).map((row) => {
        const places = Object.keys(row).map((_, index) => `?${index + 1}`);
        const insert = `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${places.join(", ")})`;
        return env.DB.prepare(insert).bind(...Object.values(row));
      }),
    ]),
  );
  await env.DB.prepare(NEW_EPOCH).run();
}

/** The assets that are there and that a follower may see. */
async function visibleTo(options: FollowerOptions | undefined): Promise<Record<string, string>> {
  const grants = (GRANTS.get(options?.token ?? "") ?? []).flatMap((text) => parseGrant(text) ?? []);
  const { results } = await env.DB.prepare(
    "SELECT namespace, name, definition FROM assets WHERE deleted = 0 ORDER BY namespace, name",
  ).all<{ namespace: Namespace; name: string; definition: string }>();
  const scope = options?.namespace ?? null;
  const visible = results.filter(
    ({ namespace, name }) =>
      (scope === null || namespace === scope) && allows(grants, { role: "view", namespace, name }),
  );
  return Object.fromEntries(
    visible.map(({ namespace, name, definition }) => [`${namespace}/${name}`, definition]),
  );
}

const send = (method: string, path: string, body?: unknown) =>
  api(method, `/api/core/v2/namespaces/${path}`, { token: root, body });

it(
  "a follower that does as the documents say ends with an equal copy, whatever happens on the way",
  async () => {
    await fc.assert(
      fc.asyncProperty(plays, async (schedule) => {
        await freshStorage();
        await send("PUT", "team", {});
        const followers = FOLLOWERS.map((options) => new Follower(options));
        let remembered = await rows();
        for (const play of schedule) {
          switch (play.do) {
            case "put": {
              const { namespace, name, value } = play;
              const body = anAsset(name, { url: `https://e/${value}` }, namespace);
              await send("PUT", `${namespace}/assets/${name}`, body);
              break;
            }
            case "delete":
              await send("DELETE", `${play.namespace}/assets/${play.name}`);
              break;
            case "recreate the namespace":
            case "delete the namespace":
              for (const name of ["a", "ab", "b"]) await send("DELETE", `team/assets/${name}`);
              await send("DELETE", "team");
              if (play.do === "recreate the namespace") await send("PUT", "team", {});
              break;
            case "create the namespace":
              await send("PUT", "team", {});
              break;
            case "remember":
              remembered = await rows();
              break;
            case "restore":
              await restore(remembered);
              break;
            case "forget":
              await env.DB.prepare("UPDATE revisions SET at = 1").run();
              while ((await forgetRevisions(env.DB, 2)) > 0);
              break;
            case "follow":
              for (let step = 0; step < play.steps; step += 1) await followers[play.who]?.step(play.limit);
              break;
          }
        }
        for (const [index, follower] of followers.entries()) {
          // One that has not begun is like any newcomer.
          if (!schedule.some((play) => play.do === "follow" && play.who === index)) continue;
          await follower.catchUp();
          expect([index, follower.copy]).toEqual([index, await visibleTo(FOLLOWERS[index])]);
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  NIGHTLY ? 3_600_000 : 120_000,
);
