// Memory while a million GETs go over 100,000 names: each name becomes hot, is asked for ten times, and makes room.
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
    const headers = { Authorization: await bearer("view@*") };
    const port = server.port("ours");
    const plan = { port, connections: 16, from: 0, status: 200, head: null, seconds: Infinity };
    const samples: MemorySample[] = [];
    let requests = 0;
    const ask = async (some: readonly AssetWrite[], count: number) => {
      const texts = some.map((asset) => wireRequest({ path: assetPath(asset), headers }));
      requests += (await load.run({ ...plan, requests: texts, count })).requests;
      const sample = {
        requests,
        heapBytes: await isolate.heapBytes(),
        residentBytes: residentBytes(server.pid),
      };
      samples.push(sample);
    };
    await server.beat("ours");
    await ask(assets.slice(0, 1), 1);
    for (let start = 0; start < assets.length; start += WINDOW) {
      if (start % (10 * WINDOW) === 0) progress(`memory: ${requests} requests`);
      await server.beat("ours");
      await ask(assets.slice(start, start + WINDOW), WINDOW * TIMES);
    }
    isolate.close();
    return samples;
  } finally {
    await server.stop();
  }
}
