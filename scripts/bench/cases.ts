// What is asked of whom. A name is the same wherever the same is asked.
import type { AssetWrite } from "../../src/store/asset-store.ts";
import type { Contender, Options } from "./options.ts";
import { assetPath, bearer, wireRequest } from "./requests.ts";
import type { Stand } from "./stand.ts";
import type { Case, Group } from "./turns.ts";

/** Names that are asked for in turn where one is not enough. */
const NAMES = 1_000;
/** Lengths of lists. */
const LIMITS = [100, 1_000];
const MACHINE = "os=linux&arch=amd64&platform=ubuntu&platform_family=debian&platform_version=22.04";

/** What asks nothing of anybody, and answers as ours does. */
export const BARE = "bare Worker, the same answers";

/** Paths of what the bare Worker answers beside assets: what ours answers to them is put into its KV. */
export function sharedPaths(assets: readonly AssetWrite[]): string[] {
  return [...assets.slice(0, NAMES).map(resolvePath), ...LIMITS.map(listPath)];
}

/** The groups that compare ours with the others and with itself, at 10,000 assets. */
export async function mainGroups(stand: Stand, options: Options): Promise<Group[]> {
  const { hot, ...cases } = await casesOf(stand);
  const groups = [
    { name: "hot", connections: 16, cases: hot },
    { name: "stores", connections: 16, cases: cases.stores },
    { name: "lists", connections: 16, cases: cases.lists },
    { name: "writes", connections: 16, cases: cases.writes },
  ];
  if (options.quick) return groups;
  return [
    {
      name: "hot",
      connections: 1,
      cases: hot.filter(({ name, contender }) => contender !== "ours" || name.includes("GET")),
    },
    ...groups,
    { name: "hot", connections: 64, cases: hot },
  ];
}

async function casesOf({ servers, assets, written }: Stand) {
  const view = await bearer("view@*");
  const elsewhere = await bearer("view@elsewhere");
  const edit = await bearer("edit@writes");
  const get = (path: string, headers: Record<string, string> = {}) =>
    wireRequest({ path, headers: { Authorization: view, ...headers } });
  const gets = (some: readonly AssetWrite[], headers: Record<string, string> = {}) =>
    some.map((asset) => get(assetPath(asset), headers));

  const named = assets.slice(0, NAMES);
  const cold = assets.slice(NAMES);
  // A name without a slash and a definition of usual size: 2.25 to 2.5 KiB.
  const usual = assets.find(({ name, definition }) => !name.includes("/") && definition.length >> 8 === 9)!;
  const newest = { "Cache-Control": "no-cache" };

  const asked = (contender: Contender | "ours") => {
    const server = servers.get(contender);
    return (name: string, requests: string[], more: Partial<Case> = {}): Case[] => {
      if (server === undefined) return [];
      const cron = contender === "ours";
      const usually = { status: 200, head: null, pass: false, cron, beside: null };
      return [{ name, contender, server, worker: contender, requests, ...usually, ...more }];
    };
  };
  const [empty, bare, kv] = [asked("empty"), asked("bare"), asked("plain-kv")];
  const [d1, ours] = [asked("plain-d1"), asked("ours")];
  const memory = { head: "X-Cache: MEMORY", pass: true };
  const rows = { head: "X-Cache: D1" };
  const refused = [get(assetPath(usual), { Authorization: "Bearer garbage" })];
  const resolves = named.map((asset) => get(resolvePath(asset)));
  const notModified = (tag: string) => named.map((asset) => get(assetPath(asset), { "If-None-Match": tag }));
  const list = (limit: number, headers = {}) => [get(listPath(limit), headers)];

  return {
    hot: measuredBy(BARE, [
      ...empty("empty Worker", gets(named)),
      ...bare(BARE, gets(named), memory),
      ...bare(`${BARE}: 304`, notModified("*"), { ...memory, status: 304 }),
      ...bare(`${BARE}: resolve`, resolves, memory),
      ...bare(`${BARE}: 401`, refused, { status: 401 }),
      ...kv("plain Worker over KV", gets(named)),
      ...d1("plain Worker over D1", gets(named)),
      ...ours("hot GET, one name", gets([usual]), memory),
      ...ours("hot GET, 1,000 names", gets(named), memory),
      ...ours(
        "hot 304",
        named.map((asset) => get(assetPath(asset), { "If-None-Match": asset.etag })),
        { ...memory, status: 304, beside: `${BARE}: 304` },
      ),
      ...ours("hot resolve", resolves, { ...memory, beside: `${BARE}: resolve` }),
      ...ours("401 for garbage", refused, { status: 401, beside: `${BARE}: 401` }),
      ...ours("403", gets(named, { Authorization: elsewhere }), { status: 403 }),
      ...ours("404", [get(assetPath({ namespace: "default", name: "no-such-asset" }))], { status: 404 }),
    ]),
    stores: [
      // Names in turn that together are more than our memory holds, so that it never has the next one; none of those
      // that the cases of D1 ask for, and so bring into memory.
      ...kv("plain Worker over KV", gets(cold)),
      ...ours("GET from KV", gets(cold), {
        head: "X-Cache: KV",
        pass: true,
        beside: "plain Worker over KV",
      }),
      ...d1("plain Worker over D1", gets(named)),
      ...ours("GET from D1", gets(named, newest), { ...rows, beside: "plain Worker over D1" }),
    ],
    lists: LIMITS.flatMap((limit) => {
      const name = `list of ${limit.toLocaleString("en")}`;
      return [
        ...d1(`plain Worker over D1: ${name}`, list(limit)),
        ...ours(`${name}, from D1`, list(limit, newest), {
          ...rows,
          beside: `plain Worker over D1: ${name}`,
        }),
        ...bare(`${BARE}: ${name}`, list(limit), memory),
        ...ours(`${name}, hot`, list(limit), { ...memory, beside: `${BARE}: ${name}` }),
      ];
    }),
    writes: [
      ...d1(
        "plain Worker over D1: upsert",
        written.map((asset) => write("PUT", asset, edit, asset.definition)),
        { status: 201 },
      ),
      ...ours(
        "PUT",
        written.map((asset) => write("PUT", asset, edit, asset.definition)),
        { status: 201, beside: "plain Worker over D1: upsert" },
      ),
      ...ours(
        "PATCH",
        // Twice over, so that each patch changes what the one before has left.
        ["blue", "green"].flatMap((colour) => {
          const patch = JSON.stringify({ metadata: { labels: { colour } } });
          return written.map((asset) => write("PATCH", asset, edit, patch));
        }),
      ),
    ],
  };
}

/** The same cases, each beside the one of this name where it says no other. */
function measuredBy(beside: string, cases: readonly Case[]): Case[] {
  return cases.map((one) => (one.name === beside ? one : { ...one, beside: one.beside ?? beside }));
}

function listPath(limit: number): string {
  return `/api/core/v2/namespaces/default/assets?limit=${limit}`;
}

function resolvePath({ namespace, name }: AssetWrite): string {
  return `/api/edge/v1/namespaces/${namespace}/assets/${encodeURIComponent(name)}/resolve?${MACHINE}`;
}

function write(method: "PUT" | "PATCH", asset: AssetWrite, authorization: string, body: string): string {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const headers = { Authorization: authorization, "Content-Type": type };
  return wireRequest({ method, path: assetPath(asset), headers, body });
}
