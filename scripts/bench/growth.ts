// The same questions where there are 100, 10,000 and 100,000 assets: what grows with them, and what does not.
import { join } from "node:path";
import { continueToken } from "../../src/http/pagination.ts";
import type { AssetWrite } from "../../src/store/asset-store.ts";
import type { Bundles } from "./bundles.ts";
import { fillOurs, migrate } from "./filling.ts";
import type { LoadProcess } from "./load/driver.ts";
import { progress } from "./progress.ts";
import { assetPath, bearer, wireRequest } from "./requests.ts";
import { startServer, type Server } from "./servers.ts";
import { measureInTurns, type Case, type Effort, type Group, type Measured } from "./turns.ts";

const SIZES = [100, 10_000, 100_000];
/** The same few are hot and written everywhere: all of the smallest, strewn over the others. */
const FEW = 100;
/** Cold ones are as many as there are, up to this, at even distances. */
const COLD = 10_000;
const PAGE = 50;
/** How far from the middle a page may start that is chosen for its size, in pages to either side. */
const NEAR = 4;

/** The name of a growth case, under which its figures are found. */
export function caseAt(name: string, size: number): string {
  return `${name}, ${size.toLocaleString("en")} assets`;
}

/** `assets` are as many as the largest needs. */
export async function measureGrowth(
  load: LoadProcess,
  bundles: Bundles,
  assets: readonly AssetWrite[],
  effort: Effort,
  folder: string,
): Promise<Measured[]> {
  const servers: Server[] = [];
  try {
    const cases: Record<string, Case[]> = {};
    for (const size of SIZES) {
      progress(`growth: starting ours with ${size} assets`);
      const server = await startServer({
        bundles,
        workers: ["ours", "loader"],
        folder: join(folder, `data-${size}`),
      });
      servers.push(server);
      await migrate(server);
      const some = assets.slice(0, size);
      await fillOurs(server, some);
      for (const [name, asked] of Object.entries(await casesOf(server, some))) {
        const beside = size === SIZES[0] ? null : caseAt(name, SIZES[0]!);
        cases[name] = [...(cases[name] ?? []), { ...asked, name: caseAt(name, size), beside }];
      }
    }
    const measured: Measured[] = [];
    for (const [name, asked] of Object.entries(cases)) {
      const group: Group = { name: `growth: ${name}`, connections: 16, cases: asked };
      measured.push(...(await measureInTurns(load, group, effort)));
    }
    return measured;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function casesOf(server: Server, assets: readonly AssetWrite[]): Promise<Record<string, Case>> {
  const view = { Authorization: await bearer("view@*") };
  const edit = { Authorization: await bearer("edit@*"), "Content-Type": "application/json" };
  const newest = { ...view, "Cache-Control": "no-cache" };
  const usually = {
    name: "",
    contender: "ours",
    server,
    worker: "ours",
    status: 200,
    cron: true,
    pass: true,
    beside: null,
  };
  const rows = { ...usually, head: "X-Cache: D1" };
  const after = middleKey(assets);
  const page = `/api/core/v2/namespaces/default/assets?limit=${PAGE}&continue=${continueToken(after)}`;
  return {
    "hot GET": {
      ...usually,
      head: "X-Cache: MEMORY",
      requests: assets.slice(0, FEW).map((asset) => wireRequest({ path: assetPath(asset), headers: view })),
    },
    "cold GET": {
      ...rows,
      requests: spread(assets, COLD).map((asset) => wireRequest({ path: assetPath(asset), headers: newest })),
    },
    PUT: {
      ...usually,
      head: null,
      status: 201,
      requests: assets
        .slice(0, FEW)
        .map((asset) =>
          wireRequest({ method: "PUT", path: assetPath(asset), headers: edit, body: asset.definition }),
        ),
    },
    "middle list page": { ...rows, requests: [wireRequest({ path: page, headers: newest })] },
    "middle list page, hot": {
      ...usually,
      head: "X-Cache: MEMORY",
      requests: [wireRequest({ path: page, headers: view })],
    },
  };
}

/**
 * The name after which a page in the middle starts. Near the middle of many one is taken that is as large as the page of
 * the fewest, since what a page costs is first of all its bytes.
 */
function middleKey(assets: readonly AssetWrite[]): string {
  const sorted = assets.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const middle = sorted.length / 2 - 1;
  const few = assets.slice(0, FEW).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const wanted = bytesAfter(few, FEW / 2 - 1);
  const farthest = Math.min(NEAR * PAGE, middle, sorted.length - middle - 1 - PAGE);
  let best = middle;
  for (let at = middle - farthest; at <= middle + farthest; at += 1) {
    const distance = (start: number) => Math.abs(bytesAfter(sorted, start) - wanted);
    if (distance(at) < distance(best)) best = at;
  }
  return sorted[best]!.name;
}

function bytesAfter(sorted: readonly AssetWrite[], at: number): number {
  return sorted.slice(at + 1, at + 1 + PAGE).reduce((sum, { definition }) => sum + definition.length, 0);
}

/** Up to `count` of them, at even distances. */
function spread(assets: readonly AssetWrite[], count: number): AssetWrite[] {
  const step = Math.max(1, assets.length / count);
  return Array.from(
    { length: Math.min(count, assets.length) },
    (_, index) => assets[Math.floor(index * step)]!,
  );
}
