import { expect, it } from "vitest";
import { chooseBuild, type Choosable, type Choice } from "../../src/resolve/choose.ts";
import { evaluate, type ErrorKind } from "../../src/es5/evaluate.ts";
import { lintAsset } from "../../src/resolve/lint/linter.ts";
import { syntaxProblem } from "../support/filters.ts";
import { describeWithData, rowsOf } from "./data.ts";

/** An expression, what validation on write says of it, and its verdict for each machine: a value or `error: <text>`. */
interface JudgedFilter {
  expr: string;
  parse_error: string | null;
  verdicts: Record<string, boolean | string>;
}

/** For each machine the build 6.x takes, and where it differs the one 7.x takes; text is the error that stops it. */
interface JudgedAsset {
  line: number;
  selected: Record<string, { first: number | string | null; most_specific?: number | null }>;
}

type Machines = Record<string, unknown>;

/** What a filter has to be refused for: code from text, and the way to a constructor. */
const NEEDS_WHAT_IS_REFUSED = /\beval\b|\bFunction\b|\bconstructor\b|__proto__|\bprototype\b/;

describeWithData("the verdicts of Sensu's own evaluator", (read) => {
  const machines: Machines = JSON.parse(read("golden/entities.json"));
  const rows = rowsOf<JudgedFilter>(read("golden/filter-verdicts.jsonl"));

  it.each(rows.map((row): [string, JudgedFilter] => [row.expr, row]))("are ours: %s", (filter, row) => {
    const expected = Object.keys(row.verdicts).map((machine) => row.verdicts[machine]);
    const ours = Object.keys(row.verdicts).map((machine) => {
      const verdict = evaluate(filter, machines[machine]);
      if ("value" in verdict) return verdict.value;
      return verdict.error.kind === "refused" ? "refused" : `error: ${verdict.error.message}`;
    });
    expect(ours).toEqual(NEEDS_WHAT_IS_REFUSED.test(filter) ? expected.map(() => "refused") : expected);
  });

  it.each(rows.map((row): [string, JudgedFilter] => [row.expr, row]))(
    "are ours on write: %s",
    (filter, row) => {
      const problem = syntaxProblem(filter);
      expect(problem === null ? null : `syntax error in expression 0: ${problem}`).toBe(row.parse_error);
    },
  );

  it("name the kind of error their text begins with", () => {
    const kinds: Record<string, ErrorKind> = {
      TypeError: "type",
      ReferenceError: "reference",
      "(anonymous)": "syntax",
    };
    for (const { expr, verdicts } of rows) {
      for (const [machine, verdict] of Object.entries(verdicts)) {
        const name = /^error: ([^:]+)/.exec(String(verdict))?.[1];
        const ours = evaluate(expr, machines[machine]);
        expect("error" in ours && ours.error.kind !== "refused" ? ours.error.kind : undefined).toBe(
          kinds[name ?? ""],
        );
      }
    }
  });
});

describeWithData("the builds real agents take of published assets", (read) => {
  const machines: Machines = JSON.parse(read("golden/entities.json"));
  const assets = rowsOf<Choosable>(read("corpus/assets.jsonl"));
  const rows = rowsOf<JudgedAsset>(read("golden/build-selection.jsonl"));

  function settled(choice: Choice): number | string | null {
    if (choice.outcome === "chosen") return choice.index;
    return choice.outcome === "none" ? null : `error: ${choice.error.message}`;
  }

  function choices(rule: "first" | "most-specific") {
    return rows.flatMap(({ line, selected }) => {
      const asset = assets[line - 1] ?? {};
      return Object.keys(selected).map((machine) => [
        line,
        machine,
        settled(chooseBuild(asset, machines[machine], rule)),
      ]);
    });
  }

  it("are chosen here too, by the rule of 6.x", () => {
    const expected = rows.flatMap(({ line, selected }) =>
      Object.entries(selected).map(([machine, { first }]) => [line, machine, first]),
    );
    expect(choices("first")).toEqual(expected);
  });

  it("are chosen here too, by the rule of 7.x", () => {
    const expected = rows.flatMap(({ line, selected }) =>
      Object.entries(selected).map(([machine, { first, most_specific }]) => [
        line,
        machine,
        most_specific === undefined ? first : most_specific,
      ]),
    );
    expect(choices("most-specific")).toEqual(expected);
  });
});

describeWithData("published assets", (read) => {
  const assets = rowsOf<Choosable>(read("corpus/assets.jsonl"));

  it("hold the mistakes they are known for, and each finding says where", () => {
    const rules = new Map<string, number>();
    for (const asset of assets) {
      for (const { rule, where } of lintAsset(asset)) {
        expect(where).toMatch(/^(?:builds\.\d+(?:\.|$)|filters\.|headers\.|url$|sha512$)/);
        rules.set(rule, (rules.get(rule) ?? 0) + 1);
      }
    }
    for (const rule of [
      "unreported-value",
      "assignment",
      "unknown-name",
      "unreachable-build",
      "rules-differ",
    ]) {
      expect(rules.get(rule) ?? 0).toBeGreaterThan(0);
    }
    expect(rules.get("syntax")).toBeUndefined();
  });
});
