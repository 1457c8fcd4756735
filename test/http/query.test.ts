import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { ApiError } from "../../src/errors.ts";
import { nearestName } from "../../src/lib/nearest-name.ts";
import { flag, text, wholeNumber } from "../../src/http/parameters.ts";
import { lenientQuery, strictQuery } from "../../src/http/query.ts";

const SHAPE = {
  dry_run: flag().default(false),
  max_delete: wholeNumber().optional(),
  reason: text().optional(),
};
const strict = strictQuery(() => SHAPE, { "max-delete": "max_delete" });
const read = (query: string) => strict.read(new URLSearchParams(query));

describe("a strict query", () => {
  it("has a member for each parameter that was sent", () => {
    expect(read("")).toEqual({ dry_run: false });
    expect(read("dry_run=true&max_delete=3&reason=x")).toEqual({ dry_run: true, max_delete: 3, reason: "x" });
    expect(read("dry_run=false&max-delete=0&reason=")).toEqual({ dry_run: false, max_delete: 0, reason: "" });
  });

  it.each([
    ["dry_run=1", 'invalid dry_run "1": use true or false'],
    ["dry_run=", 'invalid dry_run "": use true or false'],
    ["dry_run=TRUE", 'invalid dry_run "TRUE": use true or false'],
    ["max_delete=-1", 'invalid max_delete "-1": use a whole number'],
    ["max_delete=", 'invalid max_delete "": use a whole number'],
    ["max_delete=1&max_delete=1", "the parameter max_delete is repeated; send it once"],
    ["max_delete=1&max-delete=1", "the parameter max_delete is repeated; send it once"],
    ["dryrun=true", 'unknown parameter "dryrun"; did you mean dry_run?'],
    ["dry-run=true", 'unknown parameter "dry-run"; did you mean dry_run?'],
    ["Dry_Run=true", 'unknown parameter "Dry_Run"; did you mean dry_run?'],
    ["max_deletes=1", 'unknown parameter "max_deletes"; did you mean max_delete?'],
    ["q=1", 'unknown parameter "q"; this route has dry_run, max_delete, reason'],
    ["__proto__=1", 'unknown parameter "__proto__"; this route has dry_run, max_delete, reason'],
    [
      `${"x".repeat(5_000)}=1`,
      `unknown parameter "${"x".repeat(64)}..."; this route has dry_run, max_delete, reason`,
    ],
  ])("%s is refused", (query, message) => {
    expect(() => read(query)).toThrow(message);
  });

  it.each([
    ["strictQuery", strictQuery],
    ["lenientQuery", lenientQuery],
  ])("%s builds its shape once, for the first request", (_, reader) => {
    const makeShape = vi.fn<() => typeof SHAPE>(() => SHAPE);
    const lazy = reader(makeShape);
    expect(makeShape).not.toHaveBeenCalled();
    lazy.read(new URLSearchParams("dry_run=true"));
    lazy.read(new URLSearchParams());
    expect(lazy.shape()).toBe(SHAPE);
    expect(makeShape).toHaveBeenCalledTimes(1);
  });

  it("never reads a parameter that it does not know", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1, maxLength: 4 }), (pairs) => {
        const known = pairs.every(([name]) => Object.hasOwn(SHAPE, name));
        fc.pre(!known);
        expect(() => read(new URLSearchParams(pairs).toString())).toThrow(ApiError);
      }),
    );
  });
});

describe("a lenient query", () => {
  const lenient = lenientQuery(() => ({ ...SHAPE, labelSelector: z.array(text()) }));
  const take = (query: string) => lenient.read(new URLSearchParams(query));

  it("ignores what it does not know, takes the first of a repeated parameter, and an empty one for absent", () => {
    expect(take("dryrun=true&x=1")).toEqual({ dry_run: false, labelSelector: [] });
    expect(take("max_delete=&max_delete=3&max_delete=4&dry_run=")).toEqual({
      dry_run: false,
      max_delete: 3,
      labelSelector: [],
    });
    expect(take("labelSelector=a&labelSelector=b")).toMatchObject({ labelSelector: ["a", "b"] });
  });

  it("refuses a value that a parameter cannot have", () => {
    expect(() => take("dry_run=1")).toThrow('invalid dry_run "1": use true or false');
  });
});

it("suggests the parameter that a misspelling was made from", () => {
  const names = ["continue", "dry_run", "limit", "max_delete", "plan", "prune", "reason", "strict"];
  const misspelt = fc
    .tuple(fc.constantFrom(...names), fc.nat(), fc.constantFrom("", "x", "-"))
    .map(([name, at, put]) => ({
      name,
      word: name.slice(0, at % name.length) + put + name.slice(at % name.length),
    }));
  fc.assert(
    fc.property(misspelt, ({ name, word }) => {
      expect(nearestName(word, names)).toBe(name);
    }),
  );
  expect(nearestName("x".repeat(100_000), names)).toBeNull();
});
