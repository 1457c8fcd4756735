// The routes with their handlers and services, over stores in memory: what a request costs without a database.
import { ApplyService } from "../../../src/sets/service.ts";
import { AssetService } from "../../../src/assets/service.ts";
import type { Services } from "../../../src/services.ts";
import { compile, type Serve } from "../../../src/app.ts";
import { runtimeTimer } from "../../../src/lib/timer.ts";
import { ResolveService } from "../../../src/resolve/service.ts";
import { routes } from "../../../src/routes.ts";
import type { PlanStore, SetStore } from "../../../src/store/set-store.ts";
import { MemoryAssetStore } from "../../../test/support/memory-asset-store.ts";

const EMPTY_NAMESPACE: SetStore = {
  state: async () => ({ seq: 0, assets: [] }),
  names: async () => [],
  definitions: async () => new Map(),
  apply: async () => ({ outcome: "committed", first: 1, last: 1 }),
};

const NO_PLANS: PlanStore = { save: async () => undefined, load: async () => null, prune: async () => 0 };

/** Serves requests of somebody who may do everything. */
export function localServer(): Serve {
  const assets = new AssetService(new MemoryAssetStore(["default"]), {
    clock: Date.now,
    timer: runtimeTimer,
  });
  const used: Pick<Services, "assets" | "resolve" | "apply" | "settings"> = {
    assets,
    resolve: new ResolveService(assets),
    apply: new ApplyService(EMPTY_NAMESPACE, NO_PLANS),
    settings: { lint: "count" },
  };
  return compile({
    routes,
    // No other is used by the routes that are measured.
    services: used as Services,
    authenticator: {
      authenticate: async () => ({ name: "bench", grants: [{ role: "admin", namespace: "*", names: null }] }),
      stillValid: async () => true,
    },
    clock: () => Date.now(),
    translate: (error) => error,
    isMissing: async () => false,
    observe: ({ fault }) => {
      if (fault !== undefined) throw fault;
    },
  });
}
