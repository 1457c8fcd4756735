import { env } from "cloudflare:workers";
import { CachedAssetStore } from "../../src/freshness/cached-asset-store.ts";
import { edgeOf } from "../../src/freshness/edge.ts";
import { D1AssetStore } from "../../src/store/d1/assets.ts";
import { steadyClock } from "../../src/lib/steady-clock.ts";
import { runtimeTimer } from "../../src/lib/timer.ts";
import { loadCommitLog } from "../../src/store/d1/commit-log.ts";
import { DirectAssetStore } from "../support/direct-asset-store.ts";
import { MemoryAssetStore } from "../support/memory-asset-store.ts";
import { aNamespace, freshStorage } from "../support/worker.ts";
import { describeAssetStore } from "./contract.ts";

const NAMESPACES = ["default", "t", "t-1", "t1"];

describeAssetStore("memory", async () => new MemoryAssetStore(NAMESPACES));

async function migratedD1(): Promise<D1AssetStore> {
  await freshStorage();
  for (const namespace of NAMESPACES) await aNamespace(namespace);
  return new D1AssetStore(env.DB);
}

describeAssetStore("D1", async () => new DirectAssetStore(await migratedD1()));

describeAssetStore("cache over KV and D1", async () => {
  const origin = await migratedD1();
  const edge = edgeOf({
    kv: env.CACHE,
    readLog: (since) => loadCommitLog(env.DB, since),
    clock: steadyClock(() => Date.now()),
    timer: runtimeTimer,
    log: () => undefined,
  });
  return new CachedAssetStore(origin, edge);
});
