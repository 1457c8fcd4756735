import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssetService } from "../../src/assets/service.ts";
import { runtimeTimer } from "../../src/lib/timer.ts";
import { factsOfEntity, namedFacts } from "../../src/resolve/facts.ts";
import { answerKey, ResolveService } from "../../src/resolve/service.ts";
import { UNCONDITIONAL } from "../../src/store/asset-store.ts";
import { MemoryAssetStore } from "../support/memory-asset-store.ts";
import { assetId } from "../support/names.ts";
import { testReading } from "../support/scope.ts";

const TOOL = assetId("default", "tool");
const service = () =>
  new ResolveService(new AssetService(new MemoryAssetStore([]), { clock: Date.now, timer: runtimeTimer }));

const ARCHIVE = { key: "[]", mirror: null };

it("caches the answer to a query for one version of an asset, apart from all others", () => {
  const resolve = service();
  resolve.remember(TOOL, '"1"', "?os=linux", { body: "{}", etag: '"a"', archive: ARCHIVE });
  expect(resolve.peek(answerKey(TOOL, '"1"', "?os=linux"))?.value).toEqual({
    body: "{}",
    etag: '"a"',
    archive: ARCHIVE,
  });
  expect(resolve.peek(answerKey(TOOL, '"2"', "?os=linux"))).toBeUndefined();
  expect(resolve.peek(answerKey(TOOL, '"1"', "?os=darwin"))).toBeUndefined();
});

it("holds at most 4 MiB of answers, however large and however many they are", () => {
  const resolve = service();
  const body = "x".repeat(1024 * 1024);
  const searches = Array.from({ length: 10 }, (_, number) => `?label=${number}`);
  for (const search of searches)
    resolve.remember(TOOL, '"1"', search, { body, etag: '"a"', archive: ARCHIVE });
  const kept = searches.filter((search) => resolve.peek(answerKey(TOOL, '"1"', search)) !== undefined);
  expect(kept).toEqual(searches.slice(-3));
});

describe("remembered resolutions", () => {
  const storage = async (builds: unknown) => {
    const store = new MemoryAssetStore(["default"]);
    const definition = JSON.stringify({ metadata: { name: "tool" }, builds });
    await store.put(
      { namespace: TOOL.namespace, name: TOOL.name, etag: '"1"', definition, expressions: null },
      UNCONDITIONAL,
    );
    return new ResolveService(new AssetService(store, { clock: Date.now, timer: runtimeTimer }));
  };
  const reading = () => testReading("bounded");
  const facts = (name: string) => namedFacts(null, factsOfEntity({ name, system: { os: "linux" } }));
  const build = (filters: string[], url = "https://e/a") => ({ url, sha512: "0f".repeat(64), filters });

  it("hold no explanation, however long the messages of filters are", async () => {
    const throwing = "var s='\u0161';while(s.length<30000)s+=s;throw s+entity.name";
    const resolve = await storage(Array.from({ length: 50 }, () => build([throwing])));
    for (let index = 0; index < 60; index += 1) {
      const { value: found } = await resolve.resolve(TOOL, "most-specific", facts(`m${index}`), reading());
      expect(found.resolution.outcome).toBe("none");
      expect(found).not.toHaveProperty("reports");
      expect(found.resolution).not.toHaveProperty("reports");
    }
    // 60 times 50 reasons of at most 420 characters, two bytes each.
    expect(resolve.bytes).toBeGreaterThan(60 * 50 * 400);
    expect(resolve.bytes).toBeLessThan(60 * 50 * 1_000);
  });

  it("are counted by what they hold: two bytes a character outside Latin-1", async () => {
    const held = async (url: string) => {
      const resolve = await storage([build([], url)]);
      await resolve.resolve(TOOL, "first", facts("m"), reading());
      return resolve.bytes;
    };
    const plain = await held(`https://e/${"a".repeat(10_000)}`);
    const wide = await held(`https://e/${"\u0161".repeat(10_000)}`);
    expect(wide - plain).toBeGreaterThanOrEqual(10_000);
  });

  it("are keyed by asset, tag and query, whatever these contain", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "/", "~", " ", '"'), maxLength: 4 });
    const question = fc.tuple(fc.constantFrom("a", "a/a", "a/a/a"), text, text);
    fc.assert(
      fc.property(question, question, (one, other) => {
        const key = ([name, tag, search]: [string, string, string]) =>
          answerKey(assetId("default", name), tag, search);
        expect(key(one) === key(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });
});
