import {
  type AssetPage,
  type AssetWrite,
  type Committed,
  type DeleteOutcome,
  type PageFrom,
  type StoredAsset,
  type WriteCondition,
  type WriteOutcome,
} from "../../src/store/asset-store.ts";
import { changeKeys, type CommitLog, type Logged } from "../../src/store/commit.ts";
import type { NamespaceOrigin } from "../../src/store/namespace-store.ts";
import type { KeyOrigin, KeyRecord, NewKey } from "../../src/store/key-store.ts";
import type { AssetOrigin, Replica, Snapshot } from "../../src/store/origin.ts";
import { isDuring, type Faults } from "./faults.ts";
import type { History, Name, Version } from "./history.ts";
import { rightTime } from "./machine.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { AssetId, Namespace } from "../../src/identity/names.ts";
import { assetNamed, namespaceNamed } from "../support/names.ts";
import { DatabaseError } from "../../src/store/deadlines.ts";

/** Milliseconds of the way to a database, and of the way back. */
export type Travel = (replica: Replica) => number;

/** Few, so that the journal's beginning moves and copies fall behind it. */
const MAX_CHANGES = 40;
const KEPT_TOMBSTONE_MS = 300_000;

/** The history knows assets; in it an API key is one of this namespace, named by its digest, and deleted once it is revoked. */
export const KEYS = namespaceNamed("keys");

/** As an API key, so a namespace: in the history it is one of this, and deleted once it is. */
const EXISTENCE = namespaceNamed("namespaces");

/** Writes as one transaction each; the log may leave out changes up to `since`. */
interface Transactions {
  readonly put: (
    write: AssetWrite,
    condition: WriteCondition,
    since: number,
  ) => Promise<Logged<WriteOutcome>>;
  readonly delete: (id: AssetId, since: number) => Promise<Logged<DeleteOutcome>>;
}

interface MadeKey {
  readonly outcome: "committed";
  readonly record: KeyRecord;
}

interface KeyTransactions {
  readonly create: (key: NewKey, since: number) => Promise<Logged<MadeKey>>;
  readonly revoke: (digest: string, since: number) => Promise<Logged<{ readonly outcome: "committed" }>>;
}

interface NamespaceTransactions {
  readonly create: (name: Namespace, since: number) => Promise<Logged<NamespaceOutcome>>;
  readonly delete: (name: Namespace, since: number) => Promise<Logged<NamespaceOutcome>>;
}

type NamespaceOutcome = Committed | { readonly outcome: "refused" };

const committed = { outcome: "committed", epoch: "e" } as const;

/** D1 with one primary and replicas that lag as they please, over the history of all commits. */
export class SimDatabase {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #history: History;
  readonly #travelTime: Travel;
  #lag = 0;
  #lagUntil = 0;
  readonly #swept = new Set<number>();

  constructor(time: VirtualTime, random: Random, faults: Faults, history: History, travel?: Travel) {
    this.#travelTime =
      travel ?? ((replica) => (replica === "primary" ? random.between(20, 120) : random.between(2, 25)));
    this.#time = time;
    this.#random = random;
    this.#faults = faults;
    this.#history = history;
  }

  readonly origin: Pick<AssetOrigin, "get" | "list"> & Transactions = {
    get: (id, replica) => this.#read(replica, (g) => this.#asset(id, g)),
    list: (namespace, _from: PageFrom | null, _limit: number, replica) =>
      this.#read(replica, (g) => this.#page(namespace, g)),
    put: async (write, condition, since) => {
      const exists = () => !(this.#history.at(write, this.#history.seq)?.deleted ?? true);
      return this.#write<WriteOutcome>(since, () => {
        if (condition.noneMatch === "*" && exists()) return { outcome: "condition-failed" };
        const etag = etagOf(this.#history.at(write, this.#history.seq));
        if (Array.isArray(condition.match) && !condition.match.includes(etag))
          return { outcome: "condition-failed" };
        const created = !exists();
        return { ...committed, seq: this.#history.commit(write, false, this.#time.now), created };
      });
    },
    delete: async (id, since) =>
      this.#write<DeleteOutcome>(since, () => {
        const current = this.#history.at(id, this.#history.seq);
        if (current === undefined || current.deleted) return { outcome: "absent" };
        return { ...committed, seq: this.#history.commit(id, true, this.#time.now) };
      }),
  };

  readonly namespaces: Pick<NamespaceOrigin, "find" | "page"> & NamespaceTransactions = {
    find: (name, replica) => this.#read(replica, (g) => this.#namespace(name, g)),
    page: (_range, replica) =>
      this.#read(replica, (g) => {
        const names = this.#history.present(EXISTENCE, g).map(({ name }) => namespaceNamed(name));
        return { s: g, value: { names, more: false } };
      }),
    create: (name, since) => this.#exist(name, true, since),
    delete: (name, since) => this.#exist(name, false, since),
  };

  readonly keys: Pick<KeyOrigin, "find"> & KeyTransactions = {
    find: (digest, replica) => this.#read(replica, (g) => this.#key(digest, g)),
    create: ({ digest }, since) =>
      this.#write<MadeKey>(since, () => {
        this.#history.commit(keyNamed(digest), false, this.#time.now);
        return { outcome: "committed", record: keyRecord(digest, null) };
      }),
    // Each key has a name of its own, its digest.
    revoke: (digest, since) =>
      this.#write<{ outcome: "committed" }>(since, () => {
        this.#history.commit(keyNamed(digest), true, this.#time.now);
        return { outcome: "committed" };
      }),
  };

  readonly readLog = async (since: number): Promise<CommitLog> => {
    await this.#travel("primary");
    const log = this.#log(since);
    await this.#travel("primary");
    return log;
  };

  readonly sweep = async (_before: number, upTo: number): Promise<number> => {
    await this.#travel("primary");
    const old = this.#history.tombstones(this.#time.now - KEPT_TOMBSTONE_MS, upTo);
    for (const seq of old) this.#swept.add(seq);
    return old.length;
  };

  async #read<T>(
    replica: Replica,
    look: (g: number) => Omit<Snapshot<T>, "epoch" | "g">,
  ): Promise<Snapshot<T>> {
    await this.#travel(replica);
    const g =
      replica === "primary" ? this.#history.seq : this.#history.seqAt(this.#time.now - this.#replicaLag());
    const snapshot = { epoch: "e", g, ...look(g) };
    await this.#travel(replica);
    return snapshot;
  }

  async #write<Outcome>(since: number, commit: () => Outcome): Promise<Logged<Outcome>> {
    await this.#travel("primary");
    const result = commit();
    const log = this.#log(since);
    await this.#travel("primary");
    return { result, log };
  }

  #asset(name: Name, g: number): Omit<Snapshot<StoredAsset>, "epoch" | "g"> {
    const version = this.#history.at(name, g);
    if (version === undefined || this.#swept.has(version.seq)) return { s: null, value: null };
    const { seq, deleted } = version;
    return { s: seq, value: deleted ? null : asset(name, seq) };
  }

  #key(digest: string, g: number): Omit<Snapshot<KeyRecord>, "epoch" | "g"> {
    const version = this.#history.at(keyNamed(digest), g);
    if (version === undefined) return { s: null, value: null };
    return { s: version.seq, value: keyRecord(digest, version.deleted ? 1 : null) };
  }

  #exist(name: Namespace, created: boolean, since: number): Promise<Logged<NamespaceOutcome>> {
    return this.#write<NamespaceOutcome>(since, () => {
      const known = existenceOf(name);
      const exists = !(this.#history.at(known, this.#history.seq)?.deleted ?? true);
      if (exists === created) return { outcome: "refused" };
      return { ...committed, seq: this.#history.commit(known, !created, this.#time.now) };
    });
  }

  #namespace(name: Namespace, g: number): Omit<Snapshot<Namespace>, "epoch" | "g"> {
    const version = this.#history.at(existenceOf(name), g);
    if (version === undefined) return { s: null, value: null };
    return { s: version.seq, value: version.deleted ? null : name };
  }

  #page(namespace: Namespace | null, g: number): Omit<Snapshot<AssetPage>, "epoch" | "g"> {
    const assets = this.#history
      .present(namespace, g)
      .filter((version) => version.namespace !== EXISTENCE)
      .map((version) => asset(version, version.seq));
    const s = namespace === null ? g : this.#history.namespaceSeq(namespace, g);
    return { s, value: { assets, next: null } };
  }

  #log(since: number): CommitLog {
    const { seq } = this.#history;
    const all = this.#history.changesAfter(since);
    const told = all.slice(-MAX_CHANGES);
    const complete = all.length > told.length ? (told[0]?.seq ?? seq) - 1 : since;
    const changes = told.flatMap(({ namespace, name, seq: at }) =>
      changeKeys(kindOf(namespace), namespace, name).map((key) => [key, at] as const),
    );
    return { epoch: "e", at: rightTime(this.#time), seq, since: complete, changes };
  }

  /** Lag changes now and then, and may grow or shrink at once: not even one replica is monotonic. */
  #replicaLag(): number {
    if (this.#time.now >= this.#lagUntil) {
      this.#lag = this.#random.chance(0.3)
        ? this.#random.between(0, this.#faults.lag)
        : this.#random.between(0, 500);
      this.#lagUntil = this.#time.now + this.#random.between(1_000, 60_000);
    }
    return this.#lag;
  }

  async #travel(replica: Replica): Promise<void> {
    await this.#time.sleep(this.#travelTime(replica));
    if (isDuring(this.#faults.databaseDown, this.#time.now)) throw new DatabaseError("D1 does not answer");
    if (isDuring(this.#faults.databaseHangs, this.#time.now)) await new Promise<never>(() => undefined);
  }
}

function etagOf(version: Version | undefined): string {
  return version === undefined || version.deleted ? "" : `"${version.seq}"`;
}

function asset({ namespace, name }: Name, seq: number): StoredAsset {
  return { namespace, name, seq, etag: `"${seq}"`, definition: String(seq), expressions: null };
}

function kindOf(namespace: Namespace): "asset" | "key" | "namespace" {
  if (namespace === EXISTENCE) return "namespace";
  return namespace === KEYS ? "key" : "asset";
}

/** The name in the history of a namespace itself. */
export function existenceOf(name: Namespace): Name {
  return { namespace: EXISTENCE, name: assetNamed(name) };
}

/** The name in the history of a key. */
export function keyNamed(digest: string): Name {
  return { namespace: KEYS, name: assetNamed(digest) };
}

function keyRecord(digest: string, revokedAt: number | null): KeyRecord {
  const always = { grants: ["view@*"], createdBy: "model", createdAt: 0, expiresAt: null, lastUsed: null };
  return { digest, name: digest, ...always, revokedAt };
}
