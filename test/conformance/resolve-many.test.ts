import { expect, it } from "vitest";
import { decodeAsset } from "../../src/definitions/decode.ts";
import { encodeAsset } from "../../src/definitions/encode.ts";
import { factsOfEntity } from "../../src/resolve/facts.ts";
import { envLines } from "../../src/resolve/formats.ts";
import { FORMATS } from "../../src/resolve/many/formats.ts";
import { ManyService } from "../../src/resolve/many/service.ts";
import { noMatchMessage } from "../../src/resolve/no-match.ts";
import { ResolveService } from "../../src/resolve/service.ts";
import type { StoredAsset } from "../../src/store/asset-store.ts";
import { JUST_READ, withValue } from "../../src/store/reading.ts";
import { assetId } from "../support/names.ts";
import { testReading } from "../support/scope.ts";
import { describeWithData, rowsOf } from "./data.ts";
import { NO_COPIES } from "../support/no-copies.ts";

/** Lines of a single answer that have no place in a block: the tag of the whole answer stands in its header. */
const OWN_LINES = /^ASSET_ETAG=.*\n/gm;

describeWithData("one question about all published assets", (read) => {
  const machines = Object.entries<Record<string, unknown>>(JSON.parse(read("golden/entities.json")));
  const published = rowsOf<unknown>(read("corpus/assets.jsonl")).map((each, index): StoredAsset => {
    const { namespace, name } = assetId("default", `asset-${String(index).padStart(4, "0")}`);
    const definition = encodeAsset(decodeAsset(each), "as-written");
    return { namespace, name, seq: 1, etag: `"${index}"`, definition, expressions: null };
  });
  const byName = new Map(published.map((stored) => [stored.name, stored]));
  const { namespace } = assetId("default", "any");
  const reading = testReading("bounded");

  it.each(["first", "most-specific"] as const)(
    "has the outcomes of a question about each, on every machine, as JSON and as lines: rule %s",
    async (rule) => {
      const alone = new ResolveService({ get: async ({ name }) => withValue(JUST_READ, byName.get(name)!) });
      const many = new ManyService(NO_COPIES);
      const reasons = { resolved: 0, none: 0 };
      for (const [machine, entity] of machines) {
        const facts = factsOfEntity(entity);
        const expected = await Promise.all(
          published.map(async ({ name }) => {
            const named = { facts, key: [machine] };
            const found = await alone.resolve(assetId("default", name), rule, named, reading);
            const { resolution } = found.value;
            reasons[resolution.outcome] += 1;
            if (resolution.outcome === "none") {
              const none = { name, outcome: "none", message: noMatchMessage(name, resolution) } as const;
              return { outcome: none, lines: FORMATS.env.outcome(none) };
            }
            const { resolved } = resolution;
            const lines = envLines(resolved, "", {}).replaceAll(OWN_LINES, "");
            return {
              outcome: { name, outcome: "resolved", ...resolved },
              lines: `ASSET_NAME='${name}'\nASSET_OUTCOME='resolved'\n${lines}`,
            };
          }),
        );
        const source = { assets: published, unknown: new Set<string>(), state: 1, reach: [] };
        const ask = async (format: "json" | "env") => {
          const question = { namespace, names: null, facts, rule, format, search: null };
          return (await many.answer(question, source, 0)).body;
        };
        const json = JSON.parse(await ask("json")) as { assets: unknown[] };
        expect([machine, json.assets]).toEqual([machine, expected.map(({ outcome }) => outcome)]);
        const lines = `ASSET_COUNT='${published.length}'\n${expected.map((each) => each.lines).join("")}`;
        expect([machine, await ask("env")]).toEqual([machine, lines]);
      }
      expect(machines).toHaveLength(47);
      expect(reasons.resolved).toBeGreaterThan(0);
      expect(reasons.none).toBeGreaterThan(0);
    },
  );
});
