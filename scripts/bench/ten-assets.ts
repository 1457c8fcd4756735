// What a poll of an agent with ten assets costs: ten questions about one each, or one question about all of them.
import { join } from "node:path";
import type { AssetWrite } from "../../src/store/asset-store.ts";
import { table } from "../command/table.ts";
import type { Bundles } from "./bundles.ts";
import { countCalls } from "./counting.ts";
import { fillOurs, migrate } from "./filling.ts";
import type { LoadProcess } from "./load/driver.ts";
import { progress } from "./progress.ts";
import type { Promised } from "./promises.ts";
import { bearer, wireRequest } from "./requests.ts";
import type { Results } from "./results.ts";
import { startServer, type Server } from "./servers.ts";
import { median, ratio } from "./statistics.ts";
import { measureInTurns, type Case, type Effort, type Round } from "./turns.ts";

const TEN = 10;
/** Assets of the namespace: one question reads all of them where memory holds none. */
const SIZES = [100, 900];
const CONNECTIONS = 4;
const MACHINE = "os=linux&arch=amd64&platform=ubuntu&platform_family=debian&platform_version=22.04";
/** What is compared in each way: answers and 304 from memory, answers from D1. */
const KINDS = ["hot", "hot 304", "cold"] as const;
const WAYS = { alone: "one by one", together: "one question" };

const groupOf = (size: number) => `ten assets of ${size}`;
const caseOf = (kind: (typeof KINDS)[number], way: keyof typeof WAYS) => `${kind}, ${WAYS[way]}`;

/** `assets` are as many as the largest namespace has. */
export async function measureTenAssets(
  load: LoadProcess,
  bundles: Bundles,
  assets: readonly AssetWrite[],
  effort: Effort,
  folder: string,
): Promise<Pick<Results, "measured" | "calls">> {
  const found: Pick<Results, "measured" | "calls">[] = [];
  for (const size of SIZES) {
    progress(`ten assets: starting ours with ${size}`);
    const workers = ["ours", "loader", "counted"] as const;
    const server = await startServer({ bundles, workers, folder: join(folder, `data-ten-${size}`) });
    try {
      await migrate(server);
      await fillOurs(server, assets.slice(0, size));
      const cases = await casesOf(server, assets.slice(0, TEN));
      const group = { name: groupOf(size), connections: CONNECTIONS, cases };
      const measured = await measureInTurns(load, group, effort);
      found.push({ measured, calls: await countCalls(load, group) });
    } finally {
      await server.stop();
    }
  }
  return { measured: found.flatMap(({ measured }) => measured), calls: found.flatMap(({ calls }) => calls) };
}

async function casesOf(server: Server, ten: readonly AssetWrite[]): Promise<Case[]> {
  const Authorization = await bearer("view@*");
  const namespace = `/api/edge/v1/namespaces/${ten[0]!.namespace}`;
  const names = ten.map(({ name }) => name).sort();
  const paths = {
    alone: names.map((name) => `${namespace}/assets/${encodeURIComponent(name)}/resolve?${MACHINE}`),
    together: [`${namespace}/resolve?names=${names.join(",")}&${MACHINE}`],
  };
  const cases: Case[] = [];
  for (const [way, asked] of [["alone", paths.alone] as const, ["together", paths.together] as const]) {
    const tagged: (readonly [string, string])[] = [];
    for (const path of asked) tagged.push([path, await tagOf(server, path, Authorization)]);
    const requests = (headersOf: (tag: string) => Record<string, string>) =>
      tagged.map(([path, tag]) => wireRequest({ path, headers: { Authorization, ...headersOf(tag) } }));
    const common = { contender: "ours", server, worker: "ours", status: 200, cron: true };
    const memory = { ...common, head: "X-Cache: MEMORY", pass: true };
    const beside = (kind: (typeof KINDS)[number]) => (way === "alone" ? null : caseOf(kind, "alone"));
    const named = (kind: (typeof KINDS)[number]) => ({ name: caseOf(kind, way), beside: beside(kind) });
    cases.push(
      { ...memory, ...named("hot"), requests: requests(() => ({})) },
      {
        ...memory,
        ...named("hot 304"),
        requests: requests((tag) => ({ "If-None-Match": tag })),
        status: 304,
      },
      {
        ...common,
        ...named("cold"),
        requests: requests(() => ({ "Cache-Control": "no-cache" })),
        head: "X-Cache: D1",
        pass: false,
      },
    );
  }
  return cases;
}

async function tagOf(server: Server, path: string, authorization: string): Promise<string> {
  await server.beat("ours");
  const url = `http://127.0.0.1:${server.port("ours")}${path}`;
  const answer = await fetch(url, { headers: { Authorization: authorization } });
  await answer.arrayBuffer();
  const tag = answer.headers.get("ETag");
  if (tag === null) throw new Error(`${path} is answered ${answer.status}, without a tag`);
  return tag;
}

/** Each way of a poll: requests, CPU and bytes for all ten assets, and what it asks of the stores. */
export function tenAssetsTable({ measured, calls }: Pick<Results, "measured" | "calls">): string {
  const rows = measured
    .filter(({ group }) => group.startsWith("ten assets"))
    .map(({ group, name, rounds }) => {
      const requests = requestsOf(name);
      const cpu = rounds.flatMap(({ cpuMicros }) => cpuMicros ?? []);
      const counted = calls.find((one) => one.group === group && one.name === name);
      const poll = (value: number | undefined) => (value === undefined ? "-" : (value * requests).toFixed(0));
      return [
        group,
        name,
        String(requests),
        cpu.length === 0 ? "-" : poll(median(cpu)),
        poll(median(rounds.map(({ bytes }) => bytes))),
        poll(counted?.d1),
        poll(counted?.kvReads),
      ];
    });
  if (rows.length === 0) return "";
  return table([["A POLL FOR", "WAY", "REQUESTS", "CPU US", "BYTES", "D1", "KV READS"], ...rows]);
}

function requestsOf(name: string): number {
  return name.endsWith(WAYS.alone) ? TEN : 1;
}

/** What is promised of polls from memory: one question costs at most this share of ten. */
export const TEN_ASSETS_PROMISES: readonly Promised[] = SIZES.flatMap((size) =>
  (["hot", "hot 304"] as const).map((kind) => ({
    says: `${kind} of ten assets of ${size}, one question to ten questions, time`,
    found: shareOf(size, kind, ({ perSecond }) => 1 / perSecond),
    byCpu: shareOf(size, kind, ({ cpuMicros }) => cpuMicros ?? NaN),
    atMost: 0.25,
  })),
);

function shareOf(size: number, kind: (typeof KINDS)[number], cost: (round: Round) => number) {
  return ({ measured }: Results): number | null => {
    const costs = (way: keyof typeof WAYS) =>
      measured
        .find(({ group, name }) => group === groupOf(size) && name === caseOf(kind, way))
        ?.rounds.map((round) => cost(round) * requestsOf(caseOf(kind, way)));
    const [together, alone] = [costs("together"), costs("alone")];
    const found = together === undefined || alone === undefined ? NaN : ratio(together, alone);
    return Number.isNaN(found) ? null : found;
  };
}
