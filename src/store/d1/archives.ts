import type { ArchiveStores } from "../archive-store.ts";
import type { RunCommit } from "../commit.ts";
import { D1CopyStore } from "./archive-copies.ts";
import { D1ArchiveHerald } from "./archive-herald.ts";
import { D1ArchiveIndex } from "./archive-index.ts";
import { D1ArchiveQueue } from "./archive-queue.ts";
import { D1ArchiveReader } from "./archive-reader.ts";
import { D1ArchiveSweep } from "./archive-sweep.ts";

/** The archives in D1. `states` are those that are counted. */
export function d1Archives(db: D1Database, run: RunCommit, states: readonly string[]): ArchiveStores {
  return {
    index: new D1ArchiveIndex(db),
    queue: new D1ArchiveQueue(db),
    reader: new D1ArchiveReader(db, states),
    copies: new D1CopyStore(db),
    herald: new D1ArchiveHerald(db, run),
    sweep: new D1ArchiveSweep(db),
  };
}
