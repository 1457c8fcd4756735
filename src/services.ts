import type { AssetService } from "./assets/service.ts";
import type { CopyService } from "./archives/copies.ts";
import type { ArchiveNotes } from "./archives/notes.ts";
import type { ArchiveService } from "./archives/service.ts";
import type { CursorSeal } from "./auth/cursor-seal.ts";
import type { ChangeService } from "./history/changes/service.ts";
import type { HistoryService } from "./history/service.ts";
import type { KeyService } from "./keys/service.ts";
import type { LoginService } from "./login/service.ts";
import type { NamespaceService } from "./namespaces/service.ts";
import type { ManyService } from "./resolve/many/service.ts";
import type { ResolveService } from "./resolve/service.ts";
import type { ApplyService } from "./sets/service.ts";
import type { ArchiveReader, CopyStore } from "./store/archive-store.ts";
import type { HistoryStore } from "./store/history-store.ts";
import type { UsageStore } from "./store/usage-store.ts";
import type { Health } from "./system/health.ts";

/** What operations may call; built once an isolate by `index.ts`. Each names the part that it needs. */
export interface Services {
  readonly assets: AssetService;
  readonly namespaces: NamespaceService;
  readonly keys: KeyService;
  readonly login: LoginService;
  readonly history: HistoryService;
  readonly audit: HistoryStore;
  readonly changes: ChangeService;
  readonly usage: UsageStore;
  readonly resolve: ResolveService;
  readonly many: ManyService;
  readonly apply: ApplyService;
  /** What is known of the bytes behind the definitions. */
  readonly archives: ArchiveService;
  readonly archiveNotes: ArchiveNotes;
  readonly copies: CopyService;
  readonly mirrors: Pick<CopyStore, "setMirror"> & Pick<ArchiveReader, "mirror">;
  /** Checks a few archives that are due, after the answer. */
  readonly checkSoon: (waitUntil: (work: Promise<unknown>) => void) => void;
  /** Seals cursors that may name what their reader must not see. */
  readonly cursors: CursorSeal;
  /** `strict`: assets with lint findings are refused. Throws `unavailable` where the setting is wrong. */
  readonly settings: { readonly lint: "count" | "strict" };
  readonly health: Health;
  /** What this isolate has counted, as Prometheus reads it. */
  readonly metrics: (waitUntil: (work: Promise<unknown>) => void) => Promise<string>;
  /** What is published beside the Worker: the file a path names, or 404. */
  readonly documents: (request: Request) => Promise<Response>;
}
