import { expect, it } from "vitest";
import { CLOCK_TOLERANCE_MS, DatabaseTime } from "../../src/freshness/database-time.ts";

it("the clocks differ by the most that an answer has shown: a slow one shows less and takes nothing back", () => {
  const time = new DatabaseTime();
  expect([time.ahead, time.heard(1_000, 2_000, 2_000), time.ahead]).toEqual([0, false, 1_000]);
  expect([time.heard(5_000, 5_500, 6_000), time.ahead]).toEqual([false, 1_000]);
  expect([time.toOwn(7_000), time.toDatabase(8_000)]).toEqual([8_000, 7_000]);
});

it("an answer that disproves what was thought counts, and is reported past the tolerance of two clocks", () => {
  const time = new DatabaseTime();
  time.heard(0, 10_000, 10_000);
  expect([time.heard(20_000, 20_000, 20_000), time.ahead]).toEqual([true, 0]);
  expect([time.heard(30_000, 30_000 + CLOCK_TOLERANCE_MS, 40_000), time.ahead]).toEqual([
    false,
    CLOCK_TOLERANCE_MS,
  ]);
  expect(time.heard(50_000, 60_000, 60_000)).toBe(true);
});

it("a clock that has lost its way is known again with the next answer", () => {
  const time = new DatabaseTime();
  time.heard(0, 10_000, 10_000);
  time.lose();
  expect([time.isLost, time.ahead]).toEqual([true, 0]);
  time.heard(0, 3_000, 3_000);
  expect([time.isLost, time.ahead]).toEqual([false, 3_000]);
});
