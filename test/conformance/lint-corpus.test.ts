import { expect, it } from "vitest";
import { lintCorpus } from "../../scripts/lint-corpus.ts";
import { describeWithData } from "./data.ts";

const SHA512 = "0f".repeat(64);
const build = (filters: string[], url = "https://e/a") => ({ url, sha512: SHA512, filters });

it("counts findings by rule, over bare and wrapped definitions", () => {
  const shadowed = {
    metadata: { name: "a" },
    builds: [
      build(["entity.system.os == 'linux'"]),
      build(["entity.system.os == 'linux'", "entity.system.arch == 'amd64'"]),
    ],
  };
  const wrapped = {
    type: "Asset",
    api_version: "core/v2",
    metadata: { name: "b" },
    spec: build(["entity.system.arch == 'armv7'"], "http://e/b"),
  };
  const { definitions, rules } = lintCorpus(
    [shadowed, wrapped].map((each) => JSON.stringify(each)).join("\n"),
    1,
  );
  const counts = Object.fromEntries(rules.map(({ rule, findings }) => [rule, findings]));
  expect(definitions).toBe(2);
  expect(counts).toMatchObject({ "unreachable-build": 1, "unreported-value": 1, "plain-http": 1 });
  expect(rules.every(({ examples }) => examples.length === 1)).toBe(true);
});

describeWithData("lint of the corpus", (read) => {
  it("finds every class of defect that published definitions have", () => {
    const { definitions, rules } = lintCorpus(read("corpus/assets.jsonl"), 0);
    console.log(
      `${definitions} definitions: ${rules.map(({ rule, findings }) => `${rule} ${findings}`).join(", ")}`,
    );
    const found = rules.map(({ rule }) => rule);
    for (const rule of [
      "unreachable-build",
      "unreported-value",
      "unknown-name",
      "plain-http",
      "rules-differ",
    ])
      expect(found).toContain(rule);
  });
});
