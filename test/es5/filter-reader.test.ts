import { describe, expect, it } from "vitest";
import { Budget, BudgetExhausted } from "../../src/es5/budget.ts";
import { prepare } from "../../src/es5/evaluate.ts";
import { FilterReader } from "../../src/es5/filter-reader.ts";

/** A filter of so many characters, another for each number. */
const filterOf = (characters: number, number: number) => `"${String(number).padEnd(characters - 2, "x")}"`;

describe("a reader of filters", () => {
  it("reads a filter once, however often it stands in a request", () => {
    const reader = new FilterReader(new Budget());
    const first = reader.read("entity.system.os == 'linux'");
    const { taken } = reader.budget;
    expect(taken).toBeGreaterThan(0);
    for (let times = 0; times < 1_000; times += 1)
      expect(reader.read("entity.system.os == 'linux'")).toBe(first);
    expect(reader.budget.taken).toBe(taken);
  });

  it("takes four steps to begin with a filter, so that many short ones end the budget", () => {
    const text = "1";
    const [begun, read] = [new Budget(), new Budget()];
    new FilterReader(begun).read(text);
    prepare(text, read);
    expect(begun.taken - read.taken).toBe(4);
    const reader = new FilterReader(new Budget(1_000));
    expect(() => {
      for (let number = 0; number < 1_000 / 4; number += 1) reader.read(String(number));
    }).toThrow(BudgetExhausted);
  });

  it("remembers a filter it cannot read, too", () => {
    const reader = new FilterReader(new Budget());
    const first = reader.read("1 +");
    expect(first).toMatchObject({ error: { kind: "syntax" } });
    expect(reader.read("1 +")).toBe(first);
  });

  it("remembers the trees of 512,000 characters of filters, and then reads again", () => {
    const reader = new FilterReader(new Budget(10_000_000));
    const first = reader.read(filterOf(2_000, 0));
    for (let number = 1; number < 256; number += 1) reader.read(filterOf(2_000, number));
    expect(reader.read(filterOf(2_000, 0))).toBe(first);
    reader.read(filterOf(2_000, 256));
    expect(reader.read(filterOf(2_000, 0))).not.toBe(first);
  });
});
