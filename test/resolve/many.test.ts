import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAsset } from "../../src/definitions/decode.ts";
import { encodeAsset } from "../../src/definitions/encode.ts";
import { Budget } from "../../src/es5/budget.ts";
import { FilterReader } from "../../src/es5/filter-reader.ts";
import { factsOfEntity, type Facts } from "../../src/resolve/facts.ts";
import { FORMATS } from "../../src/resolve/many/formats.ts";
import { readNames } from "../../src/resolve/many/names.ts";
import { ASSET_STEPS, writeOutcomes, type Outcome } from "../../src/resolve/many/outcomes.ts";
import { MANY_ANSWERS, ManyService, manyKey, type AskedQuestion } from "../../src/resolve/many/service.ts";
import { noMatchMessage } from "../../src/resolve/no-match.ts";
import { resolveAsset } from "../../src/resolve/resolve-asset.ts";
import { Subject } from "../../src/resolve/subject.ts";
import type { StoredAsset } from "../../src/store/asset-store.ts";
import { assetId } from "../support/names.ts";
import { runs } from "../support/nightly.ts";
import { NO_COPIES } from "../support/no-copies.ts";

const SHA512 = "0f".repeat(64);
const { namespace } = assetId("default", "any");

const textOf = (definition: unknown) =>
  typeof definition === "string" ? definition : JSON.stringify(definition);

function stored(name: string, definition: unknown, etag = `"${name}"`): StoredAsset {
  const { name: checked } = assetId("default", name);
  return { namespace, name: checked, seq: 1, etag, definition: textOf(definition), expressions: null };
}

const machine = (system: Record<string, unknown>, labels: Record<string, string> = {}): Facts =>
  factsOfEntity({ name: "m", labels, system });

const LINUX = machine({ os: "linux", arch: "amd64" });
const build = (filters: readonly string[], url = "https://e/a") => ({ url, sha512: SHA512, filters });

function outcomes(
  assets: readonly StoredAsset[],
  { names = null, facts = LINUX, rule = "first" as const }: Partial<AskedQuestion> = {},
): Outcome[] {
  const found: Outcome[] = [];
  const known = { assets, unknown: new Set<string>() };
  const lines = writeOutcomes({ namespace, names, facts, rule }, known, (outcome) => {
    found.push(outcome);
    return FORMATS.json.outcome(outcome);
  });
  return lines.map((line) => JSON.parse(line) as Outcome);
}

describe("many assets in one question", () => {
  const filter = fc.constantFrom(
    "entity.system.os == 'linux'",
    "entity.system.os == 'windows'",
    "entity.system.arch == 'amd64'",
    "entity.labels.region.indexOf('e') === 0",
    "foo == 1",
    "entity.system.os = 'windows'",
    "entity.system.platform_version.split('.')[0] == '8'",
    "throw 'no'",
    "true",
  );
  const definition = fc.record(
    {
      url: fc.constantFrom(
        "https://e/a",
        "https://e/{{ .labels.region }}",
        'https://e/{{ .x | default "y" }}',
      ),
      sha512: fc.constant(SHA512),
      filters: fc.oneof(fc.array(filter, { maxLength: 2 }), fc.constant({ "entity.system.os": "linux" })),
      headers: fc.constantFrom({}, { A: "b, c", B: "{{ .system.os }}" }),
      builds: fc.array(
        fc.record(
          {
            url: fc.constantFrom("https://e/1", "https://e/{{ .system.arch }}"),
            sha512: fc.constant(SHA512),
            filters: fc.array(filter, { maxLength: 3 }),
            headers: fc.constant({ C: "'" }),
          },
          { requiredKeys: ["url", "sha512"] },
        ),
        { maxLength: 4 },
      ),
    },
    { requiredKeys: ["url", "sha512"] },
  );
  const facts = fc
    .record({
      os: fc.constantFrom("linux", "windows", "darwin"),
      arch: fc.constantFrom("amd64", "arm64"),
      labels: fc.constantFrom<Record<string, string>>(
        {},
        { region: "eu" },
        { region: "it's\nASSET_NAME='x'" },
      ),
      version: fc.constantFrom(undefined, "8.10"),
    })
    .map(({ os, arch, labels, version }) =>
      machine({ os, arch, ...(version === undefined ? {} : { platform_version: version }) }, labels),
    );
  const question = fc.record({
    definitions: fc.array(definition, { minLength: 1, maxLength: 8 }),
    facts,
    rule: fc.constantFrom("first" as const, "most-specific" as const),
  });

  it("have the outcomes that each alone has", () => {
    fc.assert(
      fc.property(question, ({ definitions, facts: given, rule }) => {
        const assets = definitions.map((each, index) =>
          stored(`asset-${index}`, encodeAsset(decodeAsset(each), "as-written")),
        );
        expect(outcomes(assets, { facts: given, rule })).toEqual(
          assets.map(({ name, definition: text }) => {
            const budget = new Budget();
            const subject = new Subject(given, new FilterReader(budget));
            const asset = decodeAsset(JSON.parse(text));
            const alone = resolveAsset(asset, { facts: given, subject }, rule, budget);
            return alone.outcome === "resolved"
              ? { name, outcome: "resolved", ...alone.resolved }
              : { name, outcome: "none", message: noMatchMessage(name, alone) };
          }),
        );
      }),
      { numRuns: runs(300) },
    );
  });

  it("are lines that hold one value each, whatever definitions and facts hold", () => {
    const hostile = fc.string({
      unit: fc.constantFrom(
        "'",
        "\n",
        "\r",
        "\0",
        "\x7f",
        "\t",
        "A",
        "=",
        "ASSET_NAME='x'\n",
        "$(id)",
        "\u2028",
        "é",
      ),
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(hostile, hostile), { minLength: 1, maxLength: 4 }),
        hostile,
        (texts, label) => {
          const assets = texts.map(([text, value], index) =>
            stored(`asset-${index}`, {
              url: `https://e/${text}{{ .labels.region }}{{ .x${value} }}`,
              sha512: `${SHA512}${text}`,
              filters: index % 2 === 0 ? [] : [`throw ${JSON.stringify(text)}`],
              headers: { [`X${text}`]: value },
            }),
          );
          const given = machine({ os: "linux" }, { region: label });
          const known = { assets, unknown: new Set<string>() };
          const written = writeOutcomes(
            { namespace, names: null, facts: given, rule: "first" },
            known,
            FORMATS.env.outcome,
          );
          const lines = FORMATS.env.whole(written).split("\n");
          expect(lines.pop()).toBe("");
          for (const line of lines) expect(line).toMatch(/^ASSET_[A-Z0-9_]+='(?:[^'\p{Cc}]|'\\'')*'$/u);
          const names = lines.filter((line) => line.startsWith("ASSET_NAME="));
          expect(names).toEqual(assets.map(({ name }) => `ASSET_NAME='${name}'`));
          expect(lines[0]).toBe(`ASSET_COUNT='${assets.length}'`);
        },
      ),
      { numRuns: runs(200) },
    );
  });
});

describe("the work of one question", () => {
  const LONG = (number: number) => `for (var i = ${number}; i < ${number + 700}; i++); false`;
  const slow = (name: string, from: number, builds = 100) =>
    stored(name, {
      builds: Array.from({ length: builds }, (_, index) => build([LONG(from + index * 1_000)])),
    });
  const good = (name: string) => stored(name, { ...build(["entity.system.os == 'linux'"]) });
  const outcomeOf = (found: readonly Outcome[]) => found.map(({ name, outcome }) => [name, outcome]);

  it("is bounded for each asset: one that takes more fails alone, and says so", () => {
    const found = outcomes([good("a"), slow("b", 0), good("c")]);
    expect(outcomeOf(found)).toEqual([
      ["a", "resolved"],
      ["b", "failed"],
      ["c", "resolved"],
    ]);
    expect(found[1]).toMatchObject({
      message: `b cannot be resolved: the filters take more than ${ASSET_STEPS} evaluation steps, the budget of one of many assets`,
    });
  });

  it("is not divided where one name is asked for, as there is nothing else to keep it for", () => {
    const alone = outcomes([slow("b", 0, 20)], { names: readNames("b") });
    expect(outcomeOf(alone)).toEqual([["b", "none"]]);
    const two = outcomes([slow("b", 0, 20)], { names: readNames("a,b") });
    expect(outcomeOf(two)).toEqual([
      ["a", "missing"],
      ["b", "failed"],
    ]);
  });

  it("is bounded for all assets together by the budget of one request", () => {
    const many = Array.from({ length: 30 }, (_, index) => slow(`slow-${index + 10}`, index * 1_000_000));
    const found = outcomes([good("a"), ...many, good("z")]);
    expect(outcomeOf(found).filter(([, outcome]) => outcome === "resolved")).toEqual([["a", "resolved"]]);
    expect(found.at(-1)).toMatchObject({
      name: "z",
      message: expect.stringContaining("200000 evaluation steps, the budget of one request"),
    });
  });

  it("counts what is read and what is written: neither large definitions nor long answers are free", () => {
    const header = (name: string) => stored(name, { ...build([]), headers: { A: "x".repeat(400_000) } });
    const found = outcomes([header("a"), good("b")]);
    expect(outcomeOf(found)).toEqual([
      ["a", "failed"],
      ["b", "resolved"],
    ]);
    const read = Array.from({ length: 20 }, (_, index) =>
      stored(`large-${index + 10}`, {
        ...build(["false"]),
        metadata: { labels: { a: "x".repeat(400_000) } },
      }),
    );
    expect(outcomeOf(outcomes([...read, good("z")])).at(-1)).toEqual(["z", "failed"]);
  });

  it("is not paid by the first asset where it is that of the facts", () => {
    const labels = Object.fromEntries(Array.from({ length: 9_900 }, (_, index) => [`l${index}`, "x"]));
    const writes = stored("b", build(["entity.labels.a = 'x'; false"]));
    const found = outcomes([good("a"), writes, good("c")], { facts: machine({ os: "linux" }, labels) });
    expect(outcomeOf(found)).toEqual([
      ["a", "resolved"],
      ["b", "none"],
      ["c", "resolved"],
    ]);
  });

  it("is bounded for shells: headers that grow at their commas fail for their asset alone", () => {
    const growing = stored("a", {
      ...build([]),
      headers: { [`X-${"a".repeat(10_000)}`]: ",".repeat(10_000) },
    });
    const known = { assets: [growing, good("b")], unknown: new Set<string>() };
    const [first, second] = writeOutcomes(
      { namespace, names: null, facts: LINUX, rule: "first" },
      known,
      FORMATS.env.outcome,
    );
    expect(first).toContain("too long for format=env");
    expect(second).toContain("ASSET_OUTCOME='resolved'");
  });
});

describe("the names of a question", () => {
  it("are each taken once and in byte order", () => {
    expect(readNames("b,a/b:1.0,B,a,b")).toEqual(["B", "a", "a/b:1.0", "b"]);
    expect(readNames(undefined)).toBeNull();
  });

  it.each([
    ["", "names is empty; leave it out"],
    ["a,,b", 'invalid names "": name cannot be empty'],
    ["a,b c", 'invalid names "b c": name may only contain'],
    ["a,..", 'invalid names "..": the name .. cannot be reached'],
    [Array.from({ length: 1_001 }, (_, index) => `n${index}`).join(","), "more than 1000 names"],
  ])("are refused where one can name no asset: %.20s", (names, message) => {
    expect(() => readNames(names)).toThrow(message);
  });
});

describe("remembered answers of many assets", () => {
  const asked = (more: Partial<AskedQuestion> = {}): AskedQuestion => ({
    namespace,
    names: null,
    facts: LINUX,
    rule: "first",
    format: "json",
    search: "?os=linux",
    ...more,
  });
  const source = (assets: readonly StoredAsset[], state: number, more = {}) => ({
    assets,
    unknown: new Set<string>(),
    state,
    reach: [],
    ...more,
  });
  const one = stored("one", build(["entity.system.os == 'linux'"]), '"1"');
  const changed = stored("one", build(["entity.system.os == 'linux'"], "https://e/b"), '"2"');

  it("are confirmed by a commit that touched none of the assets, and made again after one that did", async () => {
    const many = new ManyService(NO_COPIES);
    const key = manyKey(namespace, "?os=linux", []);
    const first = await many.answer(asked(), source([one], 5), 0);
    const second = await many.answer(asked(), source([one], 6), 0);
    expect(second).toEqual({ ...first, state: 6 });
    expect(many.peek(key)?.value?.state).toBe(6);
    const third = await many.answer(asked(), source([changed], 7), 0);
    expect(third.etag).not.toBe(first.etag);
    expect(many.peek(key)?.value).toEqual(third);
  });

  it("are made again when what is known of archives is another, with the copies that there are then", async () => {
    const known = { version: 1, mirror: null as "prefer" | null, asked: 0 };
    const many = new ManyService({
      version: () => known.version,
      peekBuild: () => (known.asked > 0 ? { mirror: known.mirror } : undefined),
      learn: async (builds) => void (known.asked += builds.length),
    });
    const first = await many.answer(asked(), source([one], 5), 0);
    expect(known.asked).toBe(1);
    Object.assign(known, { mirror: "prefer" });
    expect((await many.answer(asked(), source([one], 5), 0)).body).toBe(first.body);
    Object.assign(known, { version: 2 });
    const second = await many.answer(asked(), source([one], 5), 0);
    expect(JSON.parse(second.body)).toMatchObject({ assets: [{ name: "one", mirror: "prefer" }] });
    expect(second.etag).not.toBe(first.etag);
  });

  it("hold nothing of an outage, which knows of no absence", async () => {
    const many = new ManyService(NO_COPIES);
    const names = readNames("one,two");
    const stale = { unknown: new Set(["two"]) };
    const before = await many.answer(asked({ names }), source([one], 5), 0);
    expect(before.body).toContain('"missing"');
    const during = await many.answer(asked({ names }), source([one], 5, stale), 0);
    expect(during.body).toContain('"failed"');
    expect(during.body).not.toContain('"missing"');
    expect((await many.answer(asked({ names }), source([one], 5), 0)).body).toBe(before.body);
  });

  it("have keys of their own for each namespace, query and reach, whatever these hold", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "/", "~", "*", "?"), maxLength: 4 });
    const keyed = fc.tuple(fc.constantFrom("a", "a.a"), text, fc.array(text, { maxLength: 3 }));
    fc.assert(
      fc.property(keyed, keyed, (left, right) => {
        const key = ([place, search, reach]: [string, string, string[]]) =>
          manyKey(assetId(place, "x").namespace, search, reach);
        expect(key(left) === key(right)).toBe(JSON.stringify(left) === JSON.stringify(right));
      }),
    );
  });

  it("stay within their bytes, which count wide characters twice", async () => {
    const many = new ManyService(NO_COPIES);
    const wide = (name: string) => stored(name, build([], `https://e/${"\u0161".repeat(30_000)}`));
    for (let index = 0; index < 200; index += 1) {
      await many.answer(asked({ search: `?${index}` }), source([wide("a"), wide("b")], 1), 0);
      expect(many.bytes).toBeLessThanOrEqual(MANY_ANSWERS.bytes);
    }
    expect(many.bytes).toBeGreaterThan(MANY_ANSWERS.bytes - 2 * 4 * 30_000);
  });
});
