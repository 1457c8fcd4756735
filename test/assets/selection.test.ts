import { expect, it } from "vitest";
import { readSelection } from "../../src/assets/selection.ts";
import type { StoredAsset } from "../../src/store/asset-store.ts";
import { assetId } from "../support/names.ts";

function stored(labels: Record<string, string>): StoredAsset {
  const definition = JSON.stringify({ filters: null, builds: null, metadata: { name: "a", labels } });
  const { namespace, name } = assetId("default", "a");
  return { namespace, name, seq: 1, etag: '"1"', definition, expressions: null };
}

it("answers 400 and names the budget when one request looks at too many characters", () => {
  const selector = Array.from({ length: 50 }, () => "a notin [b] a matches x")
    .slice(0, 25)
    .join(" ");
  const accepts = readSelection(new URLSearchParams({ labelSelector: selector }));
  const asset = stored({ a: "x".repeat(60_000) });
  expect(() => {
    for (let asked = 0; asked < 1_000; asked += 1) accepts?.(asset);
  }).toThrow("the selectors look at more than 100000000 characters, the budget of one request");
});

it("asks ten thousand ordinary assets without coming near it", () => {
  const query = new URLSearchParams({
    labelSelector: "region == eu && tier matches web",
    fieldSelector: "asset.name != b",
  });
  const accepts = readSelection(query);
  const asset = stored({ region: "eu", tier: "web-1" });
  for (let asked = 0; asked < 10_000; asked += 1) expect(accepts?.(asset)).toBe(true);
});
