import { KeySimulation, type KeyCounts, type KeyPolicy } from "./key-simulation.ts";

const REQUESTS_AN_HOUR = 2_500;

/** What so many hours of API keys count together; hour n of a seed is always the same. */
export async function simulateKeys(policy: KeyPolicy, hours: number, seed: number): Promise<KeyCounts> {
  const total = { ...NOTHING };
  for (let hour = 0; hour < hours; hour += 1) add(total, await keyHour(policy, seed * 100_003 + hour));
  return total;
}

/** The first hour that breaks a promise of this kind; null when none of so many does. */
export async function brokenKeyHour(
  policy: KeyPolicy,
  kind: keyof KeyCounts,
  hours: number,
): Promise<number | null> {
  for (let hour = 0; hour < hours; hour += 1) if ((await keyHour(policy, hour))[kind] > 0) return hour;
  return null;
}

function keyHour(policy: KeyPolicy, seed: number): Promise<KeyCounts> {
  return new KeySimulation(seed, policy).run(REQUESTS_AN_HOUR);
}

const NOTHING: KeyCounts = {
  confirmed: 0,
  unconfirmed: 0,
  refused: 0,
  unavailable: 0,
  revocations: 0,
  pastBound: 0,
  pastOutage: 0,
  despiteDatabase: 0,
  despiteKv: 0,
  resurrected: 0,
  refusedLive: 0,
};

function add(total: KeyCounts, counts: KeyCounts): void {
  total.confirmed += counts.confirmed;
  total.unconfirmed += counts.unconfirmed;
  total.refused += counts.refused;
  total.unavailable += counts.unavailable;
  total.revocations += counts.revocations;
  total.pastBound += counts.pastBound;
  total.pastOutage += counts.pastOutage;
  total.despiteDatabase += counts.despiteDatabase;
  total.despiteKv += counts.despiteKv;
  total.resurrected += counts.resurrected;
  total.refusedLive += counts.refusedLive;
}
