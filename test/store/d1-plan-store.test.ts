import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { D1PlanStore } from "../../src/store/d1/plans.ts";
import { runs } from "../support/nightly.ts";
import { namespaceNamed } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";

const store = new D1PlanStore(env.DB);
const TEAM = namespaceNamed("team");

beforeEach(freshStorage);

it("gives back the text that was kept, however it falls into parts", async () => {
  let id = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(3), fc.nat(2), async (shift, parts) => {
      const text = "a".repeat(shift) + "\u{1F600}".repeat(parts * 200_000 + 5);
      id += 1;
      await store.save(`plan-${id}`, TEAM, text, 10);
      expect((await store.load(`plan-${id}`, TEAM, 9)) === text).toBe(true);
    }),
    { numRuns: runs(4) },
  );
});

it("gives a plan to its own namespace alone, and until it expires", async () => {
  await store.save("plan-1", TEAM, "text", 10);
  expect(await store.load("plan-1", TEAM, 9)).toBe("text");
  expect(await store.load("plan-1", TEAM, 10)).toBeNull();
  expect(await store.load("plan-1", namespaceNamed("other"), 9)).toBeNull();
  expect(await store.load("plan-2", TEAM, 9)).toBeNull();
});
