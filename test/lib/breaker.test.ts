import { describe, expect, it } from "vitest";
import { Breaker } from "../../src/lib/breaker.ts";

const OPEN_MS = 10_000;

/** A breaker with so many failures in a row, all at time 0. */
function failed(times: number): Breaker {
  const breaker = new Breaker();
  for (let time = 0; time < times; time += 1) breaker.failed(0);
  return breaker;
}

describe("a breaker", () => {
  it("stays closed for two failures in a row, and opens with the third", () => {
    expect([0, 1, 2, 3].map((times) => failed(times).allows(1))).toEqual([true, true, true, false]);
    expect([2, 3].map((times) => failed(times).isOpen)).toEqual([false, true]);
  });

  it("counts only failures in a row", () => {
    const breaker = failed(2);
    breaker.succeeded();
    breaker.failed(0);
    expect(breaker.allows(1)).toBe(true);
  });

  it("lets one caller through every ten seconds while it fails", () => {
    const breaker = failed(3);
    const allowed = Array.from({ length: 31 }, (_, second) => second).filter((second) => {
      const isAllowed = breaker.allows(1_000 * second);
      if (isAllowed) breaker.failed(1_000 * second);
      return isAllowed || breaker.allows(1_000 * second);
    });
    expect(allowed).toEqual([10, 20, 30]);
  });

  it("lets the next caller through even while the last has not returned", () => {
    const breaker = failed(3);
    expect([breaker.allows(OPEN_MS), breaker.allows(OPEN_MS), breaker.allows(2 * OPEN_MS - 1)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(breaker.allows(2 * OPEN_MS)).toBe(true);
  });

  it("closes with the first success", () => {
    const breaker = failed(3);
    breaker.succeeded();
    expect([breaker.allows(1), breaker.allows(1), breaker.isOpen]).toEqual([true, true, false]);
  });
});
