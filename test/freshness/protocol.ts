import type { CommitLog } from "../../src/store/commit.ts";
import type { Snapshot } from "../../src/store/origin.ts";
import { edgeOf, type Edge } from "../../src/freshness/edge.ts";
import { FreshReader, Glance } from "../../src/freshness/fresh-reader.ts";
import type { Kind } from "../../src/freshness/kind.ts";
import { STALE_MS } from "../../src/freshness/stale.ts";
import type { Reading, Tier } from "../../src/store/reading.ts";
import { testReading } from "../support/scope.ts";
import { DatabaseError } from "../../src/store/deadlines.ts";

/** A time shared by isolates, a KV over a Map, and a store of texts with the promises of the database. */
export class SmallWorld {
  now = 1_800_000_000_000;
  epoch = "e";
  seq = 0;
  /** Set while the database throws. */
  down = false;
  /** Milliseconds that an answer of the database takes, during which the time passes. */
  slow = 0;
  /** Set while every read of KV fails. */
  kvDown = false;
  /** What replicas answer instead of the truth. */
  lagging: Snapshot<string> | null = null;
  readonly kv = new Map<string, { value: string; metadata: unknown }>();
  /** Keys of KV that were put, in order. */
  readonly puts: string[] = [];
  /** Keys of KV that were asked for, in order. */
  readonly gets: string[] = [];
  /** What the database was asked: `log`, or a replica. */
  readonly asked: string[] = [];
  readonly logged: Record<string, unknown>[] = [];
  readonly #rows = new Map<string, { s: number; value: string | null }>();

  seconds(count: number): void {
    this.now += 1_000 * count;
  }

  /** Commits a text under a name; null deletes it. */
  commit(name: string, value: string | null): void {
    this.seq += 1;
    this.#rows.set(name, { s: this.seq, value });
  }

  async log(since: number): Promise<CommitLog> {
    await this.#answer("log");
    const changes = [...this.#rows].flatMap(([name, { s }]) => (s > since ? [[name, s] as const] : []));
    return { at: this.now, epoch: this.epoch, seq: this.seq, since, changes };
  }

  snapshot(name: string): Snapshot<string> {
    const row = this.#rows.get(name);
    return { epoch: this.epoch, g: this.seq, s: row?.s ?? null, value: row?.value ?? null };
  }

  async load(name: string, replica: string): Promise<Snapshot<string>> {
    const seen = this.snapshot(name);
    await this.#answer(replica);
    return replica === "nearest" && this.lagging !== null ? this.lagging : seen;
  }

  async #answer(what: string): Promise<void> {
    this.asked.push(what);
    this.now += this.slow;
    if (this.down) throw new DatabaseError("D1_ERROR: down");
  }
}

export interface SmallOptions {
  /** Milliseconds by which its machine's clock is ahead. */
  readonly ahead?: number;
  /** Texts that its memory holds. */
  readonly entries?: number;
  readonly kind?: Partial<Kind<string, string>>;
}

/** One isolate of a small world: the real protocol over it. */
export class SmallIsolate {
  readonly edge: Edge;
  readonly reader: FreshReader<string, string>;
  /** What was found last, by name, as the fast path keeps it for each URL. */
  readonly #glances = new Map<string, Glance<string>>();
  readonly #world: SmallWorld;
  readonly #setBack: (() => void)[] = [];
  readonly #work: Promise<unknown>[] = [];

  constructor(world: SmallWorld, { ahead = 0, entries = 100, kind = {} }: SmallOptions = {}) {
    this.#world = world;
    this.edge = edgeOf({
      kv: {
        async getWithMetadata(key) {
          world.gets.push(key);
          if (world.kvDown) throw new Error("KV GET failed: 503");
          return world.kv.get(key) ?? { value: null, metadata: null };
        },
        async put(key, value, options) {
          world.puts.push(key);
          world.kv.set(key, { value, metadata: options?.metadata ?? null });
        },
      },
      readLog: (since) => world.log(since),
      clock: { now: () => world.now + ahead, onSetBack: (listener) => this.#setBack.push(listener) },
      timer: (_ms, ring) => {
        const handle = setTimeout(ring, 0);
        return () => clearTimeout(handle);
      },
      log: (entry) => void world.logged.push(entry),
    });
    const texts: Kind<string, string> = {
      immutable: false,
      staleMs: STALE_MS,
      isCredential: false,
      permanent: false,
      key: (name) => name,
      mark: (name) => name,
      changedAt: ({ changes }, name) => changes.get(name) ?? 0,
      load: (name, replica) => world.load(name, replica),
      encode: (text) => ({ text }),
      decode: (_name, { text }) => text,
      bytes: (text) => text.length,
      ...kind,
    };
    this.reader = new FreshReader(this.edge, texts, { entries, bytes: 100_000 });
  }

  readonly waitUntil = (work: Promise<unknown>): void => {
    this.#work.push(work.catch(() => undefined));
  };

  /** The machine's clock is found to have been set back. */
  setBack(): void {
    for (const listener of this.#setBack) listener();
  }

  /** What a request is answered, and from where; `error` when no store can say. */
  async read(
    name: string,
    freshness: Reading["freshness"] = "bounded",
  ): Promise<[string | null, Tier | "error", number]> {
    try {
      const { value, tier, ageSeconds } = await this.reader.read(
        name,
        testReading(freshness, this.waitUntil),
      );
      await this.settled();
      return [value, tier, ageSeconds];
    } catch {
      return [null, "error", 0];
    }
  }

  peek(name: string): string | null {
    const last = this.#glances.get(name) ?? new Glance<string>();
    this.#glances.set(name, last);
    return this.reader.peek(name, this.edge.clock(), last)?.value ?? null;
  }

  /** Looks for a newer journal, as a request would. */
  async check(bound = 180_000): Promise<void> {
    await this.edge.journal.current(this.edge.clock(), bound, this.waitUntil);
    await this.settled();
  }

  /** A commit of this isolate: its log is learned, the journal published, the copy kept and shared. */
  async commit(name: string, value: string | null): Promise<void> {
    const askedAt = this.edge.clock();
    this.#world.commit(name, value);
    const log = await this.#world.log(this.edge.journal.held?.seq ?? 0);
    this.edge.journal.extend(log, askedAt);
    this.waitUntil(this.edge.journal.publish());
    const { epoch, seq: s } = this.#world;
    const entry = { epoch, s, g: s, readAt: askedAt, tombstone: value === null, value };
    this.waitUntil(this.reader.committed(name, entry));
    await this.settled();
  }

  async settled(): Promise<void> {
    while (this.#work.length > 0) await this.#work.shift();
  }
}
