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
import { withoutJournal } from "../support/run-commit.ts";
import { committer } from "../../src/freshness/committing.ts";

const NAMESPACES = ["default", "t", "t-1", "t1"];

describeAssetStore("memory", async () => new MemoryAssetStore(NAMESPACES));

async function migratedD1(): Promise<void> {
  await freshStorage();
  for (const namespace of NAMESPACES) await aNamespace(namespace);
}

describeAssetStore("D1", async () => {
  await migratedD1();
  return new DirectAssetStore(new D1AssetStore(env.DB, withoutJournal()));
});

describeAssetStore("cache over KV and D1", async () => {
  await migratedD1();
  const edge = edgeOf({
    kv: env.CACHE,
    readLog: (since) => loadCommitLog(env.DB, since),
    clock: steadyClock(() => Date.now()),
    timer: runtimeTimer,
    log: () => undefined,
  });
  return new CachedAssetStore(new D1AssetStore(env.DB, committer(edge)), edge);
});
