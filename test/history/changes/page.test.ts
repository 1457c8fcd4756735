import { expect, it } from "vitest";
import { parseGrant } from "../../../src/auth/grants.ts";
import { selectChanges } from "../../../src/history/changes/page.ts";
import { assetId } from "../../support/names.ts";

it("ends a page where matching names has taken its steps, complete up to there", () => {
  const grant = parseGrant(`view@default/*${"a".repeat(120)}b*`);
  const grants = grant === null ? [] : Array(50).fill(grant);
  const { namespace, name } = assetId("default", "a".repeat(255));
  const heads = Array.from({ length: 2_000 }, (_, index) => ({ seq: index + 1, namespace, name, bytes: 2 }));
  const known = { epoch: "e", seq: 2_000, forgotten: 0, exists: true, lives: new Map(), scannedTo: 2_000 };
  const page = selectChanges({ grants, scope: namespace }, { ...known, heads }, 500);
  expect(page.heads).toEqual([]);
  expect(page.completeTo).toBeGreaterThan(0);
  expect(page.completeTo).toBeLessThan(2_000);
});
