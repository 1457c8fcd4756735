// Memory while a million hot GETs go over 100,000 names: a thousand at a time become hot, are asked for ten times each,
// and make room for the next.
import type { AssetWrite } from "../../src/store/asset-store.ts";
import type { Bundles } from "./bundles.ts";
import { fillOurs, migrate } from "./filling.ts";
import { inspect } from "./inspector.ts";
import type { LoadProcess } from "./load/driver.ts";
import { residentBytes } from "./process-stat.ts";
import { progress } from "./progress.ts";
import { assetPath, bearer, wireRequest } from "./requests.ts";
import { startServer } from "./servers.ts";

/** Names that are hot at a time, and how often each is asked for. */
const WINDOW = 1_000;
const TIMES = 10;

export interface MemorySample {
  /** Hot GETs until then. */
  readonly requests: number;
  /** Bytes of the isolate's heap that are reachable. */
  readonly heapBytes: number;
  /** Bytes of the whole process, the simulators of D1 and KV included; null where the system does not tell. */
  readonly residentBytes: number | null;
}

/** The first sample is taken when one request has been answered; then one a window. */
export async function measureMemory(
  load: LoadProcess,
  bundles: Bundles,
  assets: readonly AssetWrite[],
  folder: string,
): Promise<MemorySample[]> {
  progress(`memory: filling the stores with ${assets.length} assets`);
  const filled = await startServer({ bundles, workers: ["ours", "loader"], folder });
  await migrate(filled);
  await fillOurs(filled, assets);
  await filled.stop();
  const server = await startServer({ bundles, workers: ["ours"], folder, inspected: true });
  try {
    const isolate = await inspect(await server.inspector(), "ours");
    const view = { Authorization: await bearer("view@*") };
    const port = server.port("ours");
    const ask = (some: readonly AssetWrite[], count: number, tier: "D1" | "MEMORY") => {
      const headers = tier === "D1" ? { ...view, "Cache-Control": "no-cache" } : view;
      const requests = some.map((asset) => wireRequest({ path: assetPath(asset), headers }));
      const plan = { port, connections: 16, from: 0, status: 200, seconds: Infinity };
      return load.run({ ...plan, requests, count, head: `X-Cache: ${tier}` });
    };
    const wake = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
    const samples: MemorySample[] = [];
    const sample = async (requests: number) => {
      const heapBytes = await isolate.heapBytes(wake);
      samples.push({ requests, heapBytes, residentBytes: residentBytes(server.pid) });
    };
    await server.beat("ours");
    await ask(assets, 1, "D1");
    await sample(0);
    for (let start = 0; start < assets.length; start += WINDOW) {
      if (start % (10 * WINDOW) === 0) progress(`memory: ${start * TIMES} hot GETs`);
      const some = assets.slice(start, start + WINDOW);
      await server.beat("ours");
      await ask(some, WINDOW, "D1");
      await ask(some, WINDOW * TIMES, "MEMORY");
      await sample((start + WINDOW) * TIMES);
    }
    isolate.close();
    return samples;
  } finally {
    await server.stop();
  }
}
