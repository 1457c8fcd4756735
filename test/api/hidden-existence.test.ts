import { beforeAll, describe, expect, it } from "vitest";
import { readFrom } from "../../src/history/changes/cursor.ts";
import { routes } from "../../src/routes.ts";
import { anAsset, OTHER_SHA512 } from "../support/fixtures.ts";
import { aNamespace, api, ASSETS, freshStorage, tokenFor, type Sent } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"]);

/** Principals whose grants cover `tool-a` at most, and never the name `secret`. */
const PRINCIPALS: readonly (readonly string[])[] = [
  [],
  ["view@default/tool-*"],
  ["edit@default/tool-*"],
  ["admin@default/tool-*"],
  ["view@*/tool-*"],
  ["edit@*/tool-*"],
  ["edit@default/tool-a", "view@default/*-a"],
  ["view@team"],
  ["admin@team"],
];

interface Asked extends Sent {
  readonly method: string;
  readonly path: string;
}

/** Queries that each path is asked with, beside none. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  "/api/core/v2/namespaces/:namespace/assets": [
    "limit=1",
    "labelSelector=a%20==%20b",
    "fieldSelector=asset.name%20==%20secret",
    "limit=1&continue=c2VjcmV0AA",
  ],
  "/api/core/v2/assets": ["limit=1", "fieldSelector=asset.name%20==%20secret"],
  "/api/edge/v1/namespaces/:namespace/assets/:name": ["at=2", "at=1000000"],
  "/api/edge/v1/namespaces/:namespace/assets/:name/diff": ["format=text", "from=1"],
  "/api/edge/v1/namespaces/:namespace/assets/:name/resolve": ["os=linux", "os=linux&explain=true"],
  "/api/edge/v1/namespaces/:namespace/resolve": [
    "os=linux",
    "names=secret,tool-a",
    "names=secret&format=env",
  ],
  "/api/edge/v1/changes": ["namespace=default", "namespace=team"],
  "/api/edge/v1/namespaces/:namespace/plan": ["prune=true"],
  "/api/edge/v1/namespaces/:namespace/apply": ["prune=true", "prune=true&dry_run=true", "dry_run=true"],
};

const NAMES = ["tool-a", "secret"];

/** Bodies for a path, where it takes any. */
function bodiesFor(method: string, path: string, name: string): unknown[] {
  if (method === "GET" || method === "DELETE") return [undefined];
  if (/\/(?:plan|apply)$/.test(path)) return [[anAsset(name)], []];
  if (path.endsWith("/rollback")) return [{ seq: 1 }, { seq: 1_000_000 }];
  if (path.endsWith("/resolve")) return [{ system: { os: "linux" } }];
  if (path.includes("/assets")) return [anAsset(name), anAsset(name, { sha512: OTHER_SHA512 })];
  return [{}];
}

/** Every route with every name, query and body, in a fixed order. */
const REQUESTS: readonly Asked[] = routes.flatMap(({ method, path }) => {
  const named = /:name|\/(?:plan|apply)$/.test(path) || (method === "POST" && path.endsWith("/assets"));
  return (named ? NAMES : [""]).flatMap((name) =>
    ["", ...(QUERIES[path] ?? [])].flatMap((query) =>
      bodiesFor(method, path, name).map((body) => ({
        method,
        path: `${path
          .replace(":namespace", "default")
          .replace(/:name\+?/, name)
          .replace(":key", "hidden-key")
          .replace(":seq", "1")
          .replace(":file", "nothing")}${query === "" ? "" : `?${query}`}`,
        body,
      })),
    ),
  );
});

/** A store in which `secret` and a key exist, or other things with as many commits in places nobody above sees. */
async function aWorld(exists: boolean): Promise<void> {
  await freshStorage();
  for (const namespace of ["team", "elsewhere"]) await aNamespace(namespace);
  const place = exists ? ASSETS : "/api/core/v2/namespaces/elsewhere/assets";
  const name = exists ? "secret" : "unrelated";
  for (const sha512 of [undefined, OTHER_SHA512]) {
    const body = anAsset(name, {
      ...(sha512 === undefined ? {} : { sha512 }),
      metadata: { namespace: exists ? "default" : "elsewhere" },
      headers: { Authorization: "Bearer hidden" },
    });
    const { status } = await api("PUT", `${place}/${name}`, { token: admin, body });
    expect(status).toBe(201);
  }
  const key = { name: exists ? "hidden-key" : "other-hidden-key", grants: ["admin@default"] };
  expect((await api("POST", "/api/edge/v1/keys", { token: admin, body: key })).status).toBe(201);
}

const TOOLS = ["tool-a", "tool-b", "tool-c", "tool-d", "tool-e"].map((name) => anAsset(name));

/** Brings back what requests before have changed or deleted. */
async function restoreTools(): Promise<void> {
  const path = "/api/edge/v1/namespaces/default/apply";
  expect((await api("POST", path, { token: admin, body: TOOLS })).status).toBe(200);
}

/** What differs from run to run whatever exists: times, ids, secrets, which copy answered. */
const RANDOM =
  /\d{4}-\d\d-\d\dT[\d:.]+Z|plan-[\da-f-]{36}|[\da-f]{8}-[\da-f-]{27}|sak_\w+|"created_at":\d+|"(?:(?:Cron)?AgeSeconds|journal_age_seconds)":\d+|(?:"\w+_token":"[^"]+")/g;
const VARYING = new Set(["age", "x-cache", "server-timing", "x-request-id", "date"]);

async function answersTo(grants: readonly string[]): Promise<string[]> {
  const token = await tokenFor(grants);
  const answers: string[] = [];
  // What is refused changes nothing, so that there is nothing to restore.
  let changed = true;
  for (const { method, path, body } of REQUESTS) {
    if (method !== "GET" && changed) await restoreTools();
    const answer = await api(method, path, { token, body });
    changed = method === "GET" ? changed : answer.status < 400;
    const headers = [...answer.headers].filter(([name]) => !VARYING.has(name));
    const text = path === "/metrics" ? "" : await answer.text();
    const said = `${answer.status} ${JSON.stringify(headers)} ${text}`;
    const fixed = said.replaceAll(RANDOM, "*").replaceAll(/(?<="next":")[\w-]+/g, cursorWithoutEpoch);
    answers.push(`${method} ${path} ${JSON.stringify(body)}: ${fixed}`);
  }
  return answers;
}

/** Each store has an epoch of its own. */
function cursorWithoutEpoch(text: string): string {
  const cursor = readFrom(text, "cursor");
  return JSON.stringify(cursor === null || cursor === "now" ? cursor : { ...cursor, epoch: "*" });
}

/** The answers in a store in which the hidden things exist, or do not, by principal. */
async function answersIn(exists: boolean): Promise<string[][]> {
  await aWorld(exists);
  await restoreTools();
  const answers: string[][] = [];
  for (const grants of PRINCIPALS) answers.push(await answersTo(grants));
  return answers;
}

describe("no answer of any route differs by the existence of a name that the grants do not cover", () => {
  let answers: readonly [string[][], string[][]];

  beforeAll(async () => {
    answers = [await answersIn(true), await answersIn(false)];
  }, 120_000);

  it.each(PRINCIPALS.map((grants, index) => [grants.join(" ") || "no grant", index] as const))(
    "for a principal with %s",
    (_, index) => {
      expect(answers[0][index]).toHaveLength(REQUESTS.length);
      expect(answers[0][index]).toEqual(answers[1][index]);
    },
  );
});
