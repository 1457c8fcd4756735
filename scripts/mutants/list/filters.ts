import { mutantsOf, type Edit, type Mutant } from "../mutant.ts";

const JUDGE: readonly Edit[] = [
  {
    means: "each filter of an asset has a separate budget, so an asset of many takes any time",
    find: "const allowed = Math.min(own, budget.left);",
    replace: "const allowed = own;",
    missedBefore: true,
  },
  {
    means: "the work of a filter is not drawn from the budget of its asset",
    find: "budget.spend(ranOut ? allowed : allowed - interpreter.work);",
    replace: "",
    missedBefore: true,
  },
  {
    means: "the end of the request's budget is a verdict on one filter",
    find: "if (ranOut && allowed < own) throw new BudgetExhausted(budget.steps);",
    replace: "",
    survives:
      "To report the error takes work too, which no longer fits: the budget of the request ends all the same.",
  },
  {
    means: "what a filter wrote to the facts is seen by other builds",
    find: "facts.changed ||= interpreter.changedFacts;",
    replace: "",
    tests: ["test/resolve/choose.test.ts"],
  },
  {
    means: "reading a filter draws nothing from the budget of its request",
    find: "(work) => budget.spend(work)",
    replace: "() => undefined",
  },
];

const READER: readonly Edit[] = [
  {
    means: "a filter that stands in a request twice is read twice",
    find: "if (known !== undefined) return known;",
    replace: "",
    missedBefore: true,
  },
  {
    means: "a request may begin with any number of filters",
    find: "    this.budget.spend(FILTER_WORK);\n",
    replace: "",
    missedBefore: true,
  },
  {
    means: "a request remembers the trees of any number of filters",
    find: "if (this.#characters + expression.length > REMEMBERED) {",
    replace: "if (this.#characters < 0) {",
    missedBefore: true,
  },
];

const CHOOSE: readonly Edit[] = [
  {
    means: "a filter that fails only rules its build out for agents of 6.x",
    find: 'if (rule === "first" || error.kind === "budget")',
    replace: 'if (error.kind === "budget")',
  },
  {
    means: "a filter that takes too long only rules its build out",
    find: 'if (rule === "first" || error.kind === "budget")',
    replace: 'if (rule === "first")',
  },
  {
    means: "the last build that matches wins",
    find: 'if (rule === "first" && best !== null) {',
    replace: 'if (rule === "first" && best !== null && index < 0) {',
  },
  {
    means: "of builds with as many filters the last wins",
    find: "count > best.filters",
    replace: "count >= best.filters",
  },
  {
    means: "what a filter wrote is seen by the filters of the next build",
    find: "  subject.renew();\n",
    replace: "",
  },
  {
    means: "the top level is a build beside the others",
    find: "builds.length === 0 ? [asset] : builds",
    replace: "builds.length === 0 ? [asset] : [asset, ...builds]",
  },
];

/** What a request spends on filters, and which build it gets. */
export const filters: readonly Mutant[] = [
  ...mutantsOf(
    "filters",
    "src/es5/evaluate.ts",
    ["test/es5/budget.test.ts", "test/es5/hostile.test.ts"],
    JUDGE,
  ),
  ...mutantsOf(
    "filters",
    "src/es5/budget.ts",
    ["test/resolve/choose.test.ts", "test/es5/budget.test.ts"],
    [
      {
        means: "the budget of a request has no end",
        find: "    this.#left -= work;\n",
        replace: "",
      },
    ],
  ),
  ...mutantsOf("filters", "src/es5/filter-reader.ts", ["test/es5/filter-reader.test.ts"], READER),
  ...mutantsOf("filters", "src/resolve/choose.ts", ["test/resolve/choose.test.ts"], CHOOSE),
];
