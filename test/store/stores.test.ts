import { env } from "cloudflare:workers";
import { D1AssetStore } from "../../src/store/d1-asset-store.ts";
import { MemoryAssetStore } from "../support/memory-asset-store.ts";
import { aNamespace, freshStorage } from "../support/worker.ts";
import { describeAssetStore } from "./contract.ts";

const NAMESPACES = ["default", "t", "t-1", "t1"];

describeAssetStore("memory", async () => new MemoryAssetStore(NAMESPACES));

describeAssetStore("D1", async () => {
  await freshStorage();
  for (const namespace of NAMESPACES) await aNamespace(namespace);
  return new D1AssetStore(env.DB);
});
