import type { Measured } from "./world.ts";

const MONTH_SECONDS = 2_592_000;
const MILLION = 1_000_000;
/** Milliseconds of CPU for a request: what the cost table of docs/data-and-caching.md reckons with. */
const CPU_MS = 1;

/** Cloudflare's prices on the Workers Paid plan: US$ a million beyond what the plan includes in a month. */
const PRICES = {
  requests: { included: 10 * MILLION, perMillion: 0.3 },
  cpuMs: { included: 30 * MILLION, perMillion: 0.02 },
  kvReads: { included: 10 * MILLION, perMillion: 0.5 },
  kvWrites: { included: MILLION, perMillion: 5 },
  rows: { included: 25_000 * MILLION, perMillion: 0.001 },
} as const;
const PLAN = 5;

/** US$ a month. */
export interface Costs {
  readonly requests: number;
  readonly cpu: number;
  readonly kv: number;
  readonly d1: number;
  readonly total: number;
}

/** The cost of a month at the simulated rate. */
export function costs({ total, seconds }: Measured): Costs {
  const price = (what: keyof typeof PRICES, measured: number) => {
    const { included, perMillion } = PRICES[what];
    return (Math.max(0, (measured / seconds) * MONTH_SECONDS - included) / MILLION) * perMillion;
  };
  const requests = price("requests", total.requests);
  const cpu = price("cpuMs", total.requests * CPU_MS);
  const kv = price("kvReads", total.journalReads + total.copyReads) + price("kvWrites", total.puts);
  const d1 = price("rows", total.rows);
  return { requests, cpu, kv, d1, total: PLAN + requests + cpu + kv + d1 };
}
