import { expect, it } from "vitest";
import { encodeAsset } from "../../src/definitions/encode.ts";
import { LIST_STEPS, readSelection } from "../../src/assets/selection.ts";
import { Meter } from "../../src/lib/meter.ts";
import type { StoredAsset } from "../../src/store/asset-store.ts";
import { assetId } from "../support/names.ts";

function selectors(sent: { labelSelector?: string; fieldSelector?: string }) {
  const list = (text: string | undefined) => (text === undefined ? [] : [text]);
  return { labelSelector: list(sent.labelSelector), fieldSelector: list(sent.fieldSelector) };
}

function stored(labels: Record<string, string>): StoredAsset {
  const definition = JSON.stringify({ filters: null, builds: null, metadata: { name: "a", labels } });
  const { namespace, name } = assetId("default", "a");
  return { namespace, name, seq: 1, etag: '"1"', definition, expressions: null };
}

it("answers 400 and names the budget when one request looks at too many characters", () => {
  const selector = Array.from({ length: 50 }, () => "a notin [b] a matches x")
    .slice(0, 25)
    .join(" ");
  const accepts = readSelection(selectors({ labelSelector: selector }), new Meter(LIST_STEPS));
  const asset = stored({ a: "x".repeat(60_000) });
  expect(() => {
    for (let asked = 0; asked < 1_000; asked += 1) accepts?.(asset);
  }).toThrow("the selectors look at more than 100000000 characters, the budget of one request");
});

it("asks ten thousand ordinary assets without coming near it", () => {
  const query = selectors({
    labelSelector: "region == eu && tier matches web",
    fieldSelector: "asset.name != b",
  });
  const meter = new Meter(LIST_STEPS);
  const accepts = readSelection(query, meter);
  const asset = stored({ region: "eu", tier: "web-1" });
  for (let asked = 0; asked < 10_000; asked += 1) expect(accepts?.(asset)).toBe(true);
  expect(meter.isSpent).toBe(false);
});

/** Steps that a labelSelector draws for one asset. */
function stepsOf(labelSelector: string, asset: StoredAsset): number {
  const meter = new Meter(LIST_STEPS);
  readSelection(selectors({ labelSelector }), meter)?.(asset);
  return meter.spent;
}

it.each([
  ["blanks", `a${" ".repeat(60_000)}b`, "a notin x"],
  ["commas", ",".repeat(60_000), "'' in x"],
])("cuts a list of %s once, whatever asks for it, and weighs that", (_, x, operation) => {
  const asset = stored({ x });
  const once = stepsOf(operation, asset);
  expect(once).toBeGreaterThan(16 * x.length);
  expect(stepsOf(Array(50).fill(operation).join(" && "), asset)).toBeLessThan(once + 1_000);
});

it("parses no more of a definition than its selectors ask for, and weighs what it parses", () => {
  const labels = { region: 'e","headers":{"u', headers: '"metadata":{' };
  const large = { url: '"metadata":{', filters: ["f".repeat(300_000)], metadata: { name: "a", labels } };
  const definition = encodeAsset({ ...large, headers: { metadata: "x" } }, "as-written");
  const asset = { ...stored({}), definition };
  const asked = (query: { labelSelector?: string; fieldSelector?: string }) => {
    const meter = new Meter(LIST_STEPS);
    return [readSelection(selectors(query), meter)?.(asset), meter.spent] as const;
  };
  const [isSelected, steps] = asked({ labelSelector: "region matches headers && headers matches metadata" });
  expect(isSelected).toBe(true);
  expect(steps).toBeLessThan(2 * definition.length);
  const [hasFilter, parsing] = asked({ fieldSelector: "asset.filters matches ff" });
  expect(hasFilter).toBe(true);
  expect(parsing).toBeGreaterThan(12 * definition.length);
});
