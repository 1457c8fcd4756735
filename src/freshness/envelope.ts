import { cacheKey } from "../identity/cache-key.ts";
import type { Entry } from "./entry.ts";
import type { Encoded, Kind } from "./kind.ts";
import type { KvHit } from "./patient-kv.ts";

/** Part of every KV key: releases that write another form never read each other's. */
export const FORMAT = 3;

/** What is kept with a value in KV (at most 1,024 bytes of JSON). `t`: the database's date. `d`: a tombstone. `x`: what the kind adds. */
interface Metadata {
  readonly s: number;
  readonly g: number;
  readonly t: number;
  readonly d?: 1;
  readonly x?: unknown;
}

/** Where a copy lies. An immutable kind has one place for each state; see `Copies`. */
export function kvKey<Id, T>(kind: Kind<Id, T>, id: Id, epoch: string, state: number): string {
  const states = kind.immutable ? [String(state)] : [];
  // A kind's key is made by `cacheKey`, and so is what stands before it: together they are the key of all their parts.
  return `${cacheKey(String(FORMAT), epoch, ...states)}/${kind.key(id)}`;
}

/** The envelope of a copy, or null when it is not to be put in KV: strangers could fill it with absences. */
export function seal<Id, T>(kind: Kind<Id, T>, entry: Entry<T>): { text: string; metadata: Metadata } | null {
  const { s, g, readAt: t, value } = entry;
  if (value === null) return entry.tombstone ? { text: "", metadata: { s, g, t, d: 1 } } : null;
  const encoded = kind.encode(value);
  if (encoded === null) return null;
  return {
    text: encoded.text,
    metadata: { s, g, t, ...(encoded.extra === undefined ? {} : { x: encoded.extra }) },
  };
}

/** The copy in an envelope, or null when it is none. The epoch is that of the key it lay under. */
export function open<Id, T>(kind: Kind<Id, T>, id: Id, epoch: string, hit: KvHit): Entry<T> | null {
  if (!isMetadata(hit.metadata)) return null;
  const { s, g, t: readAt, d, x: extra } = hit.metadata;
  if (d === 1) return { epoch, s, g, readAt, tombstone: true, value: null };
  try {
    const encoded: Encoded = { text: hit.value, extra };
    return { epoch, s, g, readAt, tombstone: false, value: kind.decode(id, encoded, s) };
  } catch {
    return null;
  }
}

function isMetadata(metadata: unknown): metadata is Metadata {
  if (typeof metadata !== "object" || metadata === null) return false;
  return ["s", "g", "t"].every((member) => Number.isFinite(Reflect.get(metadata, member)));
}
