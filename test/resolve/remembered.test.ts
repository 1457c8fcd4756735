import { expect, it } from "vitest";
import { AssetService } from "../../src/assets/service.ts";
import { runtimeTimer } from "../../src/lib/timer.ts";
import { answerKey, ResolveService } from "../../src/resolution/service.ts";
import { MemoryAssetStore } from "../support/memory-asset-store.ts";
import { assetId } from "../support/names.ts";

const TOOL = assetId("default", "tool");
const service = () =>
  new ResolveService(new AssetService(new MemoryAssetStore([]), { clock: Date.now, timer: runtimeTimer }));

it("remembers the answer to a query for a version of an asset, and tells it apart from all others", () => {
  const resolve = service();
  resolve.remember(TOOL, '"1"', "?os=linux", { body: "{}", etag: '"a"' });
  expect(resolve.peek(answerKey(TOOL, '"1"', "?os=linux"))?.value).toEqual({ body: "{}", etag: '"a"' });
  expect(resolve.peek(answerKey(TOOL, '"2"', "?os=linux"))).toBeUndefined();
  expect(resolve.peek(answerKey(TOOL, '"1"', "?os=darwin"))).toBeUndefined();
});

it("takes up no more than 4 MiB for answers, however large they are and however many queries are thought of", () => {
  const resolve = service();
  const body = "x".repeat(1024 * 1024);
  const searches = Array.from({ length: 10 }, (_, number) => `?label=${number}`);
  for (const search of searches) resolve.remember(TOOL, '"1"', search, { body, etag: '"a"' });
  const kept = searches.filter((search) => resolve.peek(answerKey(TOOL, '"1"', search)) !== undefined);
  expect(kept).toEqual(searches.slice(-3));
});
