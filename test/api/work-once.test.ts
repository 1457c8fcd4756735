import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decodeAsset } from "../../src/definitions/decode.ts";
import { encodeAsset } from "../../src/definitions/encode.ts";
import { Asset } from "../../src/definitions/schema.ts";
import { findingsIn } from "../../src/resolve/lint/asset-findings.ts";
import { Linter } from "../../src/resolve/lint/linter.ts";
import fc from "fast-check";
import { valuesOf } from "../support/arbitrary.ts";
import { anAsset, OTHER_SHA512 } from "../support/fixtures.ts";
import { runs } from "../support/nightly.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const editor = await tokenFor(["edit@*"], { name: "ci" });
const other = await tokenFor(["edit@*"], { name: "other" });
const EDGE = "/api/edge/v1/namespaces/default";
const NAMES = ["a", "b", "c"];
const FILTERED = { filters: ["entity.system.os == 'linux'"] };
/** What a patch is sent as. */
const TYPES: Readonly<Record<string, string>> = { PATCH: "application/merge-patch+json" };
const SET = NAMES.map((name) => anAsset(name, FILTERED));

beforeEach(freshStorage);
afterEach(() => void vi.restoreAllMocks());

/** How often a request decodes a definition, lints one, and hashes an encoded one. */
async function work(method: string, path: string, body: unknown, token = editor) {
  const decoded = vi.spyOn(Asset, "decode");
  const linted = vi.spyOn(Linter.prototype, "lint");
  const hashed = vi.spyOn(crypto.subtle, "digest");
  const answer = await api(method, path, {
    token,
    body,
    headers: { "Content-Type": TYPES[method] ?? "application/json" },
  });
  const counts = [decoded, linted, hashed].map(({ mock }) => mock.calls.length);
  vi.restoreAllMocks();
  expect(answer.ok).toBe(true);
  const [decodes, lints, hashes] = counts;
  return { decodes, lints, hashes, answer };
}

describe.each(["", "strict=true"])("a definition that is written with %j", (query) => {
  it("by POST and PUT is decoded once, linted once and encoded once", async () => {
    const created = await work("POST", `${ASSETS}?${query}`, anAsset("one", FILTERED));
    expect(created).toMatchObject({ decodes: 1, lints: 1, hashes: 1 });
    const replaced = await work("PUT", `${ASSETS}/one?${query}`, anAsset("one", { sha512: OTHER_SHA512 }));
    expect(replaced).toMatchObject({ decodes: 1, lints: 1, hashes: 1 });
  });

  it("by PATCH is decoded and linted once, beside its patch, and encoded once for each writer", async () => {
    await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one") });
    const patch = (sha512: string) => ({ sha512 });
    const own = await work("PATCH", `${ASSETS}/one?${query}`, patch(OTHER_SHA512));
    expect(own).toMatchObject({ decodes: 2, lints: 1, hashes: 1 });
    const foreign = await work("PATCH", `${ASSETS}/one?${query}`, patch("25".repeat(64)), other);
    expect(foreign).toMatchObject({ decodes: 2, lints: 1, hashes: 2 });
    expect(await foreign.answer.json()).toMatchObject({ metadata: { created_by: "other" } });
  });

  it("as one of a set is decoded, linted and encoded once, whether it is planned or applied", async () => {
    const planned = await work("POST", `${EDGE}/plan?${query}`, SET);
    expect(planned).toMatchObject({ decodes: 3, lints: 3, hashes: 3 });
    const { plan } = await planned.answer.json<{ plan: string }>();
    const applied = await work("POST", `${EDGE}/apply?plan=${plan}&${query}`, undefined);
    expect(applied).toMatchObject({ decodes: 0, lints: 3, hashes: 3 });
    const changed = SET.map((asset) => ({ ...asset, sha512: OTHER_SHA512 }));
    expect(await work("POST", `${EDGE}/apply?${query}`, changed)).toMatchObject({
      decodes: 3,
      lints: 3,
      hashes: 3,
    });
  });
});

it("a definition that is rolled back is decoded once and encoded once", async () => {
  await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one") });
  await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one", { sha512: OTHER_SHA512 }) });
  const back = await work("POST", `${EDGE}/assets/one/rollback`, { seq: 1 });
  expect(back).toMatchObject({ decodes: 1, lints: 0, hashes: 1 });
  expect(await back.answer.json()).toMatchObject({ sha512: anAsset("one").sha512 });
});

it("lint finds the same in a definition as it was sent and as it is stored", () => {
  fc.assert(
    fc.property(valuesOf({ $ref: "#/components/schemas/Asset" }), (sent) => {
      const asset = decodeAsset(sent);
      const stored = decodeAsset(JSON.parse(encodeAsset(asset, "as-written")));
      const findings = (each: Asset) => findingsIn({ asset: each, unknown: [] }, new Linter());
      expect(findings(stored)).toEqual(findings(asset));
    }),
    { numRuns: runs(300) },
  );
});
