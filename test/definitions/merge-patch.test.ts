import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { mergePatch, type Json } from "../../src/definitions/merge-patch.ts";
import { MAX_DEPTH } from "../../src/go-json/scanner.ts";

function parse(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

describe("mergePatch", () => {
  it.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', "{}"],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', "null", "null"],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
    ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])("gives what RFC 7396 appendix A gives: %s patched with %s is %s", (target, patch, result) => {
    expect(mergePatch(parse(target), parse(patch))).toEqual(parse(result));
  });

  it("follows the example of RFC 7396 §3", () => {
    const target = {
      title: "Goodbye!",
      author: { givenName: "John", familyName: "Doe" },
      tags: ["example", "sample"],
      content: "This will be unchanged",
    };
    const patch = {
      title: "Hello!",
      phoneNumber: "+01-123-456-7890",
      author: { familyName: null },
      tags: ["example"],
    };
    expect(mergePatch(target, patch)).toEqual({
      title: "Hello!",
      author: { givenName: "John" },
      tags: ["example"],
      content: "This will be unchanged",
      phoneNumber: "+01-123-456-7890",
    });
  });

  it("adds a label and keeps the rest (T108)", () => {
    const asset = { metadata: { name: "a", labels: { b: "c" } }, url: "u" };
    expect(mergePatch(asset, { metadata: { labels: { "42": "answer to life" } } })).toEqual({
      metadata: { name: "a", labels: { "42": "answer to life", b: "c" } },
      url: "u",
    });
  });

  it("replaces one member (T113), a whole list (T114), one nested member (T115)", () => {
    expect(mergePatch({ name: "foo", namespace: "default" }, { namespace: "prod" })).toEqual({
      name: "foo",
      namespace: "prod",
    });
    expect(mergePatch({ list: ["a", "b"], n: 1 }, { list: ["c"] })).toEqual({ list: ["c"], n: 1 });
    expect(mergePatch({ o: { a: 1, b: 2 } }, { o: { b: 3 } })).toEqual({ o: { a: 1, b: 3 } });
  });

  it("keeps `__proto__` a member like any other", () => {
    const merged = mergePatch(
      parse('{"__proto__":{"a":1}}'),
      parse('{"__proto__":{"b":2},"constructor":{"c":3}}'),
    );
    expect(JSON.stringify(merged)).toBe('{"__proto__":{"a":1,"b":2},"constructor":{"c":3}}');
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(mergePatch({}, parse('{"__proto__":null,"toString":null}'))).toEqual({});
    expect("b" in {}).toBe(false);
  });

  it("merges documents as deep as a body may be", () => {
    const deep = parse('{"a":'.repeat(MAX_DEPTH) + "1" + "}".repeat(MAX_DEPTH));
    expect(JSON.stringify(mergePatch(deep, deep))).toBe(JSON.stringify(deep));
  });
});

describe("mergePatch, whatever the documents", () => {
  const key = fc.oneof(fc.constantFrom("a", "b", "c", "__proto__", "constructor"), fc.string());
  const { json } = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom<Json>(null, true, 0, ""),
      fc.array(tie("json"), { maxLength: 3 }),
      fc.dictionary(key, tie("json"), { maxKeys: 4 }),
    ),
  }));
  const object = fc.dictionary(key, json, { maxKeys: 5 });

  it("is idempotent", () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  it("removes every member that is null and keeps every member that is not named", () => {
    fc.assert(
      fc.property(object, object, (target, patch) => {
        const merged = new Map(Object.entries(mergePatch(target, patch) ?? {}));
        for (const [name, value] of Object.entries(patch)) expect(merged.has(name)).toBe(value !== null);
        const untouched = Object.entries(target).filter(([name]) => !Object.hasOwn(patch, name));
        for (const [name, value] of untouched) expect(merged.get(name)).toBe(value);
      }),
    );
  });

  it("removes all members when each is null, and none when the patch is empty", () => {
    fc.assert(
      fc.property(object, (target) => {
        const nulls = Object.fromEntries(Object.keys(target).map((name) => [name, null]));
        expect(mergePatch(target, nulls)).toEqual({});
        expect(mergePatch(target, {})).toEqual(target);
        expect(mergePatch(target, null)).toBe(null);
      }),
    );
  });

  it("changes neither document", () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const before = JSON.stringify([target, patch]);
        mergePatch(target, patch);
        expect(JSON.stringify([target, patch])).toBe(before);
      }),
    );
  });
});
