import { CachedAssetStore } from "../../src/freshness/cached-asset-store.ts";
import { committer } from "../../src/freshness/committing.ts";
import { edgeOf, type Edge } from "../../src/freshness/edge.ts";
import { Glance } from "../../src/freshness/fresh-reader.ts";
import type { KvStore } from "../../src/freshness/patient-kv.ts";
import { steadyClock } from "../../src/lib/steady-clock.ts";
import type { StatedPage, StoredAsset } from "../../src/store/asset-store.ts";
import type { ReachedDatabase } from "../../test/model/cut-off.ts";
import { guarded } from "../../test/model/guarded-database.ts";
import { rightTime } from "../../test/model/machine.ts";
import type { Random } from "../../test/model/random.ts";
import type { VirtualTime } from "../../test/model/virtual-time.ts";
import type { Continent } from "./continents.ts";
import type { Lives } from "./scenario.ts";
import { Tally } from "./tally.ts";

/** One isolate of a location: the real cache code with a memory of its own. */
export interface Isolate {
  readonly edge: Edge;
  readonly store: CachedAssetStore;
  /** What the fast path remembers of each asset, by its number. */
  readonly glances: Map<number, Glance<StoredAsset>>;
  /** The same of the page of all assets. */
  readonly page: Glance<StatedPage>;
  readonly diesAt: number;
  /** When it is evicted unless it is asked before. */
  idleUntil: number;
}

/** One of Cloudflare's locations: its isolates come when they are asked for, and go when they are idle or old. */
export class Location {
  readonly continent: Continent;
  readonly agents: number;
  /** The results of this location; replaced when measuring begins. */
  tally = new Tally();
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #lives: Lives;
  readonly #places: (Isolate | undefined)[];
  readonly #kv: KvStore;
  readonly #database: ReachedDatabase;

  constructor(
    site: { readonly continent: Continent; readonly agents: number; readonly places: number },
    reach: {
      readonly kv: (location: Location) => KvStore;
      readonly database: (location: Location) => ReachedDatabase;
    },
    around: { readonly time: VirtualTime; readonly random: Random; readonly lives: Lives },
  ) {
    this.continent = site.continent;
    this.agents = site.agents;
    this.#places = Array.from({ length: site.places });
    this.#time = around.time;
    this.#random = around.random;
    this.#lives = around.lives;
    this.#kv = reach.kv(this);
    this.#database = reach.database(this);
  }

  /** The isolate that a request comes to. */
  isolate(): Isolate {
    const { now } = this.#time;
    const place = Math.floor(this.#random.next() * this.#places.length);
    const there = this.#places[place];
    const alive = there !== undefined && there.diesAt > now && there.idleUntil > now;
    const isolate = alive ? there : this.#started();
    this.#places[place] = isolate;
    isolate.idleUntil = now + this.#random.wait(this.#lives.idleMs);
    return isolate;
  }

  #started(): Isolate {
    this.tally.isolatesStarted += 1;
    const clock = steadyClock(() => rightTime(this.#time));
    const { origin, readLog } = guarded(this.#database, clock.now, this.#time, atOnce);
    const edge = edgeOf({ kv: this.#kv, readLog, clock, timer: this.#time.timer, log: ignore });
    return {
      edge,
      store: new CachedAssetStore(origin(committer(edge)), edge),
      glances: new Map(),
      page: new Glance<StatedPage>(),
      diesAt: this.#time.now + this.#random.wait(this.#lives.lifeMs),
      idleUntil: Infinity,
    };
  }
}

/** What memory alone can answer of an asset, as the fast path asks it. */
export function peek(
  isolate: Isolate,
  number: number,
  id: Parameters<CachedAssetStore["peek"]>[0],
): StoredAsset | null {
  let glance = isolate.glances.get(number);
  if (glance === undefined) {
    glance = new Glance<StoredAsset>();
    isolate.glances.set(number, glance);
  }
  return isolate.store.peek(id, isolate.edge.clock(), glance)?.value ?? null;
}

async function atOnce(): Promise<void> {
  // No isolate is paused here.
}

function ignore(): void {
  // What is logged is not looked at.
}
