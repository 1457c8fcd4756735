// Everything that is compared, started and filled with the same 10,000 definitions.
import { join } from "node:path";
import type { AssetWrite } from "../../src/store/asset-store.ts";
import type { BundleName, Bundles } from "./bundles.ts";
import { makeAssets } from "./definitions.ts";
import { sharedPaths } from "./cases.ts";
import { fillOurs, fillPlainD1, fillPlainKv, load, migrate } from "./filling.ts";
import { bearer } from "./requests.ts";
import type { Contender } from "./options.ts";
import { progress } from "./progress.ts";
import { startServer, type Server } from "./servers.ts";

/** Assets in the namespace `default`. */
export const ASSETS = 10_000;
/** Assets in the namespace `writes`: fewer than a journal tells, so that writing leaves other copies as good as they were. */
const WRITTEN = 1_000;

export interface Stand {
  /** By the contender's name; those that were not asked for are not there. */
  readonly servers: ReadonlyMap<Contender | "ours", Server>;
  readonly assets: readonly AssetWrite[];
  readonly written: readonly AssetWrite[];
  readonly stop: () => Promise<void>;
}

export async function startStand(
  bundles: Bundles,
  contenders: readonly Contender[],
  folder: string,
): Promise<Stand> {
  progress(`making ${ASSETS} definitions`);
  const assets = await makeAssets("default", ASSETS);
  const written = await makeAssets("writes", WRITTEN);

  const servers = new Map<Contender | "ours", Server>();
  const stop = async () => void (await Promise.all([...servers.values()].map((server) => server.stop())));
  const start = async (name: Contender | "ours", beside: BundleName[]) => {
    progress(`starting ${name}`);
    const workers = [name, ...beside];
    const server = await startServer({ bundles, workers, folder: join(folder, `data-${name}`) });
    servers.set(name, server);
    return server;
  };
  try {
    for (const name of contenders) await start(name, ["loader"]);
    const ours = await start("ours", ["loader", "counted"]);
    progress("filling the stores");
    await Promise.all([
      ...contenders.map((name) => FILL[name](servers.get(name)!, assets)),
      migrate(ours).then(async () => fillOurs(ours, written, await fillOurs(ours, assets))),
    ]);
    const bare = servers.get("bare");
    if (bare !== undefined) await shareAnswers(ours, bare, assets);
  } catch (error) {
    await stop();
    throw error;
  }
  return { servers, assets, written, stop };
}

/** Gives the bare Worker what ours answers. */
async function shareAnswers(ours: Server, bare: Server, assets: readonly AssetWrite[]): Promise<void> {
  progress("asking ours what the bare Worker is to answer");
  const headers = { Authorization: await bearer("view@*") };
  const entries: [string, string][] = [];
  for (const path of sharedPaths(assets)) {
    const answer = await fetch(`http://127.0.0.1:${ours.port("ours")}${path}`, { headers });
    if (!answer.ok) throw new Error(`${path} is ${answer.status}`);
    entries.push([path, await answer.text()]);
  }
  await load(bare, { entries });
}

const FILL: Record<Contender, (server: Server, assets: readonly AssetWrite[]) => Promise<void>> = {
  empty: async () => undefined,
  bare: fillPlainKv,
  "plain-kv": fillPlainKv,
  "plain-d1": fillPlainD1,
};
