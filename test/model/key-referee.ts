import { BOUND_MS } from "../../src/freshness/admit.ts";

/** The life of one API key, in milliseconds; `Infinity` for what has not happened. */
export interface KeyLife {
  readonly digest: string;
  createdAckedAt: number;
  /** Of the commit that revokes it; null before. */
  revokedSeq: number | null;
  revokedCommittedAt: number;
  revokedAckedAt: number;
  /** Since when what KV holds has named the revocation without interruption. */
  inKvSince: number;
}

/** What an isolate took a key for. */
export interface Decision {
  readonly key: KeyLife;
  readonly outcome: "confirmed" | "unconfirmed" | "revoked" | "unknown";
  readonly start: number;
  readonly end: number;
  /** Whether this isolate had refused the key as revoked, or had revoked it, before the request started. */
  readonly knewRevoked: boolean;
  /** Whether the database, and KV, answered all the while, and long enough before for breakers to be closed. */
  readonly databaseWorked: boolean;
  readonly kvWorked: boolean;
}

export interface KeyVerdicts {
  /** Accepted as confirmed, more than the bound after an acknowledged revocation. */
  pastBound: number;
  /** Accepted, more than the stated time after an acknowledged revocation. */
  pastOutage: number;
  /** Accepted past the bound although the database answered. */
  despiteDatabase: number;
  /** Accepted past the bound although KV held the revocation and answered. */
  despiteKv: number;
  /** Accepted by an isolate that knew better. */
  resurrected: number;
  /** Refused as unknown or revoked, and live. */
  refusedLive: number;
}

/** Clocks may differ by this much. */
const SKEW_MS = 2_000;
/** For so long a location may answer with what KV held before: three times its TTL, and once in the tier above. */
const KV_LAG_MS = 125_000;

/** Judges decisions about keys by the promise I7. */
export class KeyReferee {
  readonly verdicts: KeyVerdicts = {
    pastBound: 0,
    pastOutage: 0,
    despiteDatabase: 0,
    despiteKv: 0,
    resurrected: 0,
    refusedLive: 0,
  };
  readonly #outageMs: number;

  /** `outageMs`: for how long a key may be accepted without being confirmed. */
  constructor(outageMs: number) {
    this.#outageMs = outageMs;
  }

  judge({ key, outcome, start, end, ...known }: Decision): void {
    const { verdicts } = this;
    if (outcome === "unknown" || outcome === "revoked") {
      const seen = key.createdAckedAt < start - BOUND_MS - SKEW_MS;
      if (outcome === "unknown" ? seen : key.revokedCommittedAt > end) verdicts.refusedLive += 1;
      return;
    }
    if (known.knewRevoked) verdicts.resurrected += 1;
    if (key.revokedAckedAt < start - this.#outageMs - SKEW_MS) verdicts.pastOutage += 1;
    if (key.revokedAckedAt >= start - BOUND_MS - SKEW_MS) return;
    if (outcome === "confirmed") verdicts.pastBound += 1;
    else if (known.databaseWorked) verdicts.despiteDatabase += 1;
    else if (known.kvWorked && key.inKvSince < start - KV_LAG_MS) verdicts.despiteKv += 1;
  }
}
