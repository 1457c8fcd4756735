import type { Json } from "../definitions/merge-patch.ts";
import type { AssetRevision, Revision } from "../store/history-store.ts";
import { maskSecrets } from "./mask.ts";

/** A revision as a client sees it: who, when (RFC 3339) and why. */
export function shownRevision(revision: Revision) {
  return {
    seq: revision.seq,
    action: revision.action,
    who: revision.principal,
    when: new Date(revision.at).toISOString(),
    etag: revision.etag,
    reason: revision.reason,
  };
}

/** What an asset was after a commit, as JSON text: `null` when deleted, and masked for callers who may not write it. */
export function shownDefinition(definition: string | null, mayWrite: boolean): string {
  if (definition === null) return "null";
  return mayWrite ? definition : JSON.stringify(maskSecrets(valueOf(definition)));
}

/** The same as a value; null when deleted or never there. */
export function shownValue(revision: AssetRevision | null, mayWrite: boolean): Json {
  const value = valueOf(revision?.definition ?? null);
  return mayWrite ? value : maskSecrets(value);
}

function valueOf(definition: string | null): Json {
  const value: Json = definition === null ? null : JSON.parse(definition);
  return value;
}
