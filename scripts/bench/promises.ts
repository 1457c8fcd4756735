// What is promised of the figures. Each is checked against those of one run; a promise missed is shown as missed.
import { ASSET_MEMORY, PAGE_MEMORY } from "../../src/freshness/cached-asset-store.ts";
import { BARE } from "./cases.ts";
import { caseAt } from "./growth.ts";
import type { MemorySample } from "./memory.ts";
import type { Results } from "./results.ts";
import { ratio } from "./statistics.ts";
import { TEN_ASSETS_PROMISES } from "./ten-assets.ts";
import type { Round } from "./turns.ts";

export interface Promised {
  readonly says: string;
  /** What was found; null when it was not measured. */
  readonly found: Found;
  /** The same by the CPU time of workerd, which tells more where the machine has other things to do. */
  readonly byCpu?: Found;
  readonly atLeast?: number;
  readonly atMost?: number;
}

type Found = (results: Results) => number | null;

/** Requests per second of one case to those of another, in the same turns. */
function rate(
  group: string,
  connections: number,
  of: string,
  to: string,
): Required<Pick<Promised, "found" | "byCpu">> {
  const among = (figure: (round: Round) => number) => (results: Results) => {
    const figures = (name: string) =>
      results.measured
        .find((one) => one.group === group && one.connections === connections && one.name === name)
        ?.rounds.map(figure);
    const [values, others] = [figures(of), figures(to)];
    const found = values === undefined || others === undefined ? NaN : ratio(values, others);
    return Number.isNaN(found) ? null : found;
  };
  return {
    found: among(({ perSecond }) => perSecond),
    byCpu: among(({ cpuMicros }) => (cpuMicros === null ? NaN : 1 / cpuMicros)),
  };
}

/** All calls of stores that a request of this case makes before and after its answer. */
function calls(name: string): Found {
  return (results) => {
    const counted = results.calls.find((one) => one.name === name);
    return counted === undefined ? null : counted.d1 + counted.kvReads;
  };
}

/** What a request costs at the most assets, measured by what it costs at 100. */
function growth(name: string, size: number) {
  return rate(`growth: ${name}`, 16, caseAt(name, 100), caseAt(name, size));
}

function memory(found: (samples: readonly MemorySample[]) => number): Found {
  return (results) => (results.memory.length === 0 ? null : found(results.memory));
}

const HOT = "hot GET, 1,000 names";
const MIB = 1024 * 1024;
/** Of API keys: src/freshness/cached-key-store.ts. */
const KEY_MEMORY_BYTES = 8 * MIB;
const STATED = (ASSET_MEMORY.bytes + PAGE_MEMORY.bytes + KEY_MEMORY_BYTES) / MIB;

export const PROMISES: readonly Promised[] = [
  ...TEN_ASSETS_PROMISES,
  ...[16, 64].flatMap((connections): Promised[] =>
    [
      { what: "hot GET", of: HOT, to: BARE },
      { what: "hot 304", of: "hot 304", to: `${BARE}: 304` },
      { what: "hot resolve", of: "hot resolve", to: `${BARE}: resolve` },
      { what: "401 for garbage", of: "401 for garbage", to: `${BARE}: 401` },
    ].map(({ what, of, to }) => ({
      says: `${what} to a bare Worker that answers the same, ${connections} connections`,
      ...rate("hot", connections, of, to),
      atLeast: 1,
    })),
  ),
  { says: "D1 queries and KV reads of a hot GET", found: calls(HOT), atMost: 0 },
  { says: "D1 queries and KV reads of a hot 304", found: calls("hot 304"), atMost: 0 },
  { says: "D1 queries and KV reads of a hot resolve", found: calls("hot resolve"), atMost: 0 },
  {
    says: "hot GET to the plain Worker over KV",
    ...rate("hot", 16, HOT, "plain Worker over KV"),
    atLeast: 4,
  },
  {
    says: "hot GET to the plain Worker over D1",
    ...rate("hot", 16, HOT, "plain Worker over D1"),
    atLeast: 8,
  },
  {
    says: "GET from KV to the plain Worker over KV",
    ...rate("stores", 16, "GET from KV", "plain Worker over KV"),
    atLeast: 0.9,
  },
  {
    says: "GET from D1 to the plain Worker over D1",
    ...rate("stores", 16, "GET from D1", "plain Worker over D1"),
    atLeast: 0.85,
  },
  {
    says: "list of 1,000 from memory to the same from D1",
    ...rate("lists", 16, "list of 1,000, hot", "list of 1,000, from D1"),
    atLeast: 20,
  },
  {
    says: "hot list of 1,000 to a bare Worker that sends a constant of that size",
    ...rate("lists", 16, "list of 1,000, hot", `${BARE}: list of 1,000`),
    atLeast: 0.9,
  },
  {
    says: "list of 1,000 from D1 to a plain Worker that selects and joins the same",
    ...rate("lists", 16, "list of 1,000, from D1", "plain Worker over D1: list of 1,000"),
    atLeast: 0.9,
  },
  {
    says: "PUT to a plain Worker over D1 that upserts one row",
    ...rate("writes", 16, "PUT", "plain Worker over D1: upsert"),
    atLeast: 0.6,
  },
  ...["hot GET", "cold GET", "PUT", "middle list page"].map((name) => ({
    says: `cost of a ${name} at 100,000 assets to that at 100`,
    ...growth(name, 100_000),
    atMost: 1.25,
  })),
  {
    says: "MiB of heap gained by a million hot GETs over 100,000 names, at the most",
    found: memory((samples) => (peak(samples) - samples[0]!.heapBytes) / MIB),
    atMost: STATED,
  },
  {
    // A table of names that is made larger once is a step of a few per cent; what is kept for each request is more.
    says: "most heap in the second half of them to the most in the first",
    found: memory((samples) => peak(half(samples, 1)) / peak(half(samples, 0))),
    atMost: 1.05,
  },
];

function half(samples: readonly MemorySample[], which: 0 | 1): readonly MemorySample[] {
  const middle = samples.length >> 1;
  return which === 0 ? samples.slice(0, middle) : samples.slice(middle);
}

function peak(samples: readonly MemorySample[]): number {
  return Math.max(...samples.map(({ heapBytes }) => heapBytes));
}

/** What became of a promise in a run. */
export type Verdict = "kept" | "missed" | "not measured";

export function judge({ found, atLeast, atMost }: Promised, results: Results): Verdict {
  const value = found(results);
  if (value === null) return "not measured";
  return value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity) ? "kept" : "missed";
}
