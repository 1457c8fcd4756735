// Everything that is compared, started and filled with the same 10,000 definitions.
import { join } from "node:path";
import type { AssetWrite } from "../../src/store/asset-store.ts";
import { buildBundle, type Bundle, type BundleName } from "./bundles.ts";
import { makeAssets } from "./definitions.ts";
import { fillOurs, fillPlainD1, fillPlainKv, migrate } from "./filling.ts";
import type { Contender } from "./options.ts";
import { progress } from "./progress.ts";
import { startServer, type Server } from "./servers.ts";

/** Assets in the namespace `default`. */
export const ASSETS = 10_000;
/** Assets in the namespace `writes`: fewer than a journal tells, so that writing leaves other copies as good as they were. */
const WRITTEN = 1_000;

export interface Stand {
  readonly folder: string;
  readonly bundles: ReadonlyMap<BundleName, Bundle>;
  /** By the contender's name; those that were not asked for are not there. */
  readonly servers: ReadonlyMap<Contender | "ours", Server>;
  readonly assets: readonly AssetWrite[];
  readonly written: readonly AssetWrite[];
  readonly stop: () => Promise<void>;
}

export async function startStand(folder: string, contenders: readonly Contender[]): Promise<Stand> {
  const names: BundleName[] = ["ours", "loader", "counted", ...contenders];
  progress(`building ${names.join(", ")}`);
  const bundles = new Map<BundleName, Bundle>();
  await Promise.all(names.map(async (name) => bundles.set(name, await buildBundle(name, folder))));
  progress(`making ${ASSETS} definitions`);
  const assets = await makeAssets("default", ASSETS);
  const written = await makeAssets("writes", WRITTEN);

  const servers = new Map<Contender | "ours", Server>();
  const stop = async () => void (await Promise.all([...servers.values()].map((server) => server.stop())));
  const start = async (name: Contender | "ours", beside: BundleName[]) => {
    progress(`starting ${name}`);
    const workers = Object.fromEntries([name, ...beside].map((each) => [each, bundles.get(each)!]));
    const server = await startServer({ workers, folder: join(folder, `data-${name}`) });
    servers.set(name, server);
    return server;
  };
  try {
    for (const name of contenders)
      await FILL[name](await start(name, name === "empty" ? [] : ["loader"]), assets);
    const ours = await start("ours", ["loader", "counted"]);
    await migrate(ours);
    await fillOurs(ours, written, await fillOurs(ours, assets));
  } catch (error) {
    await stop();
    throw error;
  }
  return { folder, bundles, servers, assets, written, stop };
}

const FILL: Record<Contender, (server: Server, assets: readonly AssetWrite[]) => Promise<void>> = {
  empty: async () => undefined,
  "plain-kv": fillPlainKv,
  "plain-d1": fillPlainD1,
};
