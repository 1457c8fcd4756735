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
/** Names asked for, spread evenly: all of the smallest. Of cold ones as many as there are, up to 10,000. */
const HOT = 100;
const COLD = 10_000;
const PAGE = 50;

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
  const middle = assets.map(({ name }) => name).sort()[assets.length / 2 - 1]!;
  const page = `/api/core/v2/namespaces/default/assets?limit=${PAGE}&continue=${continueToken(middle)}`;
  return {
    "hot GET": {
      ...usually,
      head: "X-Cache: MEMORY",
      requests: spread(assets, HOT).map((asset) => wireRequest({ path: assetPath(asset), headers: view })),
    },
    "cold GET": {
      ...rows,
      requests: spread(assets, COLD).map((asset) => wireRequest({ path: assetPath(asset), headers: newest })),
    },
    PUT: {
      ...usually,
      head: null,
      status: 201,
      requests: spread(assets, HOT).map((asset) =>
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

/** Up to `count` of them, at even distances. */
function spread(assets: readonly AssetWrite[], count: number): AssetWrite[] {
  const step = Math.max(1, assets.length / count);
  return Array.from(
    { length: Math.min(count, assets.length) },
    (_, index) => assets[Math.floor(index * step)]!,
  );
}
