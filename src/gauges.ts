import type { CachedAssetStore } from "./freshness/cached-asset-store.ts";
import type { CachedKeyStore } from "./freshness/cached-key-store.ts";
import type { Edge } from "./freshness/edge.ts";
import { cronAgeSeconds, journalAgeSeconds } from "./freshness/health.ts";
import type { Meter } from "./observability/meter.ts";
import type { Gauges } from "./observability/prometheus.ts";
import type { Deadlines } from "./store/deadlines.ts";

/** What is measured of an isolate. */
interface Measured {
  readonly edge: Edge;
  readonly meter: Meter;
  readonly deadlines: Deadlines;
  readonly assets: CachedAssetStore;
  readonly keys: CachedKeyStore;
}

/** An isolate's values as they are now. docs/operations.md explains each name. */
export function gaugesOfIsolate({ edge, meter, deadlines, assets, keys }: Measured): Gauges {
  return {
    journal_age_seconds: journalAgeSeconds(edge),
    cron_age_seconds: cronAgeSeconds(edge),
    d1_bytes: meter.databaseBytes,
    kv_left_alone: Number(edge.kv.isLeftAlone),
    d1_left_alone: Number(deadlines.isOpen),
    memory_assets: assets.memory.size,
    memory_asset_bytes: assets.memory.bytes,
    memory_bytes: assets.memory.bytes + assets.pageMemory.bytes + keys.memory.bytes + edge.served.bytes,
  };
}
