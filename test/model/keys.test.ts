import { expect, it } from "vitest";
import { KEY_OUTAGE_MS, type KeyCounts, type KeyPolicy } from "./key-simulation.ts";
import { brokenKeyHour, simulateKeys } from "./key-total.ts";
import { POLICIES } from "./policies.ts";

const HOURS = 12;
const SEED = 0;
const KEPT = {
  pastBound: 0,
  pastOutage: 0,
  despiteDatabase: 0,
  despiteKv: 0,
  resurrected: 0,
  refusedLive: 0,
};

it("I7: no key is accepted against what is known, or past the stated time, and no live one is refused", async () => {
  const counts = await simulateKeys({}, HOURS, SEED);
  expect(counts).toMatchObject(KEPT);
  // Else the hours say nothing about what they are for.
  const { unconfirmed, refused, unavailable, revocations } = counts;
  for (const count of [unconfirmed, refused, unavailable, revocations]) expect(count).toBeGreaterThan(100);
});

it.each<[string, KeyPolicy, keyof KeyCounts]>([
  ["a longer time than is stated", { outageMs: 10 * KEY_OUTAGE_MS }, "pastOutage"],
  ["a journal whose changes count for nothing", POLICIES["without journal-changes"], "resurrected"],
  ["a journal of any age", POLICIES["without journal-age"], "pastBound"],
])("the model sees what %s breaks", async (_rule, policy, kind) => {
  expect(await brokenKeyHour(policy, kind, HOURS)).not.toBeNull();
});

it("with a time of 0 for outages, no key is accepted unconfirmed", async () => {
  expect(await simulateKeys({ outageMs: 0 }, 3, SEED)).toMatchObject({ ...KEPT, unconfirmed: 0 });
});
