import { describe, expect, it } from "vitest";
import { Targets, TARGETS } from "../../src/fast-path/target.ts";

const url = (index: number, length: number) =>
  `https://e/api/edge/v1/namespaces/default/assets/${index}/resolve?os=`.padEnd(length, "x");

describe("the URLs that the fast path remembers", () => {
  it.each([60, 500])(
    "stay within their bytes and their number when they are %i characters long",
    (length) => {
      const targets = new Targets();
      for (let index = 0; index < 2 * TARGETS.entries; index += 1) {
        targets.of(url(index, length));
        expect(targets.bytes).toBeLessThanOrEqual(TARGETS.bytes);
      }
    },
  );

  it("are not counted twice when they come again, and not remembered beyond 500 characters", () => {
    const targets = new Targets();
    const first = targets.of(url(1, 200));
    const { bytes } = targets;
    expect(bytes).toBeGreaterThan(200);
    expect(targets.of(url(1, 200))).toBe(first);
    targets.of(url(2, 501));
    expect(targets.bytes).toBe(bytes);
  });
});
