import { mutantsOf, type Edit, type Mutant } from "../mutant.ts";

const SERVICE: readonly Edit[] = [
  {
    means: "a plan is applied by one who may not edit every name in it",
    find: "if (!namesOf(plan).every(mayEdit)) throw denied();",
    replace: "void mayEdit;",
    missedBefore: true,
  },
  {
    means: "a plan is shown to one who may not edit every name in it",
    find: "if (!namesOf(plan).every(editor(by, namespace))) throw denied();",
    replace: "void by;",
  },
  {
    means: "a set is planned by one who may not edit every name in it",
    find: "if (!names.every(mayEdit)) throw denied();",
    replace: "",
  },
  {
    means: "a plan of one namespace is loaded in another",
    find: "if (plan?.namespace !== namespace) {",
    replace: "if (plan === null) {",
  },
  {
    means: "a plan deletes more than max_delete",
    find: "if (maxDelete !== null && plan.delete.length > maxDelete) {",
    replace: "if (maxDelete !== null && plan.delete.length < 0) {",
  },
  {
    means: "a plan with findings is applied under strict",
    find: "    if (strict)\n      refuseLint(\n",
    replace: "    if (strict && maxDelete === -1)\n      refuseLint(\n",
  },
  {
    means: "a set with findings is planned under strict",
    find: "if (strict) refuseLint(set, linter);",
    replace: "void [strict, linter];",
  },
  {
    means: "a stale plan is shown as if it could be applied",
    find: "if (state.seq !== plan.seq) throw changed(plan);",
    replace: "",
  },
  {
    means: "a plan that lost against another is reported as applied",
    find: "if (last === null) throw changed(plan);",
    replace: "if (last === null) return plan.seq;",
  },
  {
    means: "a set is given up when one write comes between",
    find: "const APPLY_ATTEMPTS = 3;",
    replace: "const APPLY_ATTEMPTS = 1;",
  },
  {
    means: "plans are kept for ever",
    find: "now + PLAN_MS);",
    replace: "now + PLAN_MS * 1e6);",
  },
  {
    means: "definitions are written in nobody's name",
    find: "await definition.write(by.name)",
    replace: 'await definition.write("")',
  },
  {
    means: "a prune deletes what the caller may not edit",
    find: "mayDelete: mayEdit, selects, maxDelete })",
    replace: "mayDelete: () => true, selects, maxDelete })",
  },
  {
    means: "globs of grants take any time to match",
    find: "if (meter.isSpent) {",
    replace: "if (meter === null) {",
  },
  {
    means: "a plan does not delete",
    find: "deletes: plan.delete }, commit)",
    replace: "deletes: [] }, commit)",
  },
  {
    means: "a plan is made of a later state than its deletes, so a write between is lost",
    find: "    const state = await this.#sets.state(namespace, names);\n    if (state === null) throw namespaceMissing(namespace);\n    const deletes = prune\n      ? await namesToDelete(this.#sets, { namespace, keep: set, mayDelete: mayEdit, selects, maxDelete })\n      : [];\n",
    replace:
      "    const deletes = prune\n      ? await namesToDelete(this.#sets, { namespace, keep: set, mayDelete: mayEdit, selects, maxDelete })\n      : [];\n    const state = await this.#sets.state(namespace, names);\n    if (state === null) throw namespaceMissing(namespace);\n",
  },
  {
    means: "a set for a namespace that does not exist is planned as if it were empty",
    find: "if (state === null) throw namespaceMissing(namespace);\n",
    replace:
      "if (state === null) return makePlan(namespace, { seq: 0, assets: [] }, set, [], linter.filters);\n",
  },
  {
    means: "an empty set without prune is taken",
    find: "if (set.size === 0 && !prune)",
    replace: "if (set.size < 0 && !prune)",
  },
];

const PLAN: readonly Edit[] = [
  {
    means: "what is there already is written again",
    find: "if (write.etag === existing?.etag) {",
    replace: "if (write.etag === undefined) {",
  },
  {
    means: "what another has written is written again",
    find: "existing?.createdBy ?? writer",
    replace: "writer",
  },
  {
    means: "a set may take any memory as it is stored",
    find: "if (bytes > STORED_SET_BYTES) throw tooLarge();",
    replace: "void tooLarge;",
  },
  {
    means: "the names a plan deletes need no grant",
    find: "return [...written, ...plan.unchanged, ...plan.delete];",
    replace: "return [...written, ...plan.unchanged];",
  },
  {
    means: "the names a plan leaves need no grant",
    find: "return [...written, ...plan.unchanged, ...plan.delete];",
    replace: "return [...written, ...plan.delete];",
  },
  {
    means: "a plan that only deletes does nothing",
    find: "plan.create.length + plan.update.length + plan.delete.length === 0",
    replace: "plan.create.length + plan.update.length === 0",
  },
  {
    means: "an update is shown as a create",
    find: "(existing === undefined ? create : update).push",
    replace: "(existing === undefined ? create : create).push",
  },
];

const PRUNE: readonly Edit[] = [
  {
    means: "a prune may empty a namespace of three",
    find: "kept === 0 ? 0 : Math.max",
    replace: "Math.max",
  },
  {
    means: "a prune may delete a tenth and no fewer than none",
    find: "Math.max(FEW, Math.floor(considered / SHARE))",
    replace: "Math.floor(considered / SHARE)",
  },
  {
    means: "a prune deletes three at the most, however large the namespace",
    find: "Math.max(FEW, Math.floor(considered / SHARE))",
    replace: "Math.min(considered, FEW)",
  },
  {
    means: "a prune deletes without limit",
    find: "if (doomed.length <= limit) return doomed;",
    replace: "if (doomed.length >= 0) return doomed;",
  },
  {
    means: "a prune considers what the caller may not edit",
    find: "names.filter(mayDelete)",
    replace: "names.filter((name) => mayDelete(name) || name !== null)",
  },
  {
    means: "a prune deletes what is in the set",
    find: "selected.filter((name) => !keep.has(name))",
    replace: "selected.filter(() => keep !== null)",
  },
  {
    means: "one request deletes more than 5,000",
    find: "if (doomed.length > DELETES) {",
    replace: "if (doomed.length > DELETES * 10) {",
  },
  {
    means: "a prune looks at the first names alone",
    find: "if (names.length < NAMES_AT_ONCE) break;",
    replace: "if (names.length <= NAMES_AT_ONCE) break;",
  },
  {
    means: "max_delete is ignored",
    find: "const limit = maxDelete ?? defaultMaxDelete(",
    replace: "void maxDelete;\n  const limit = defaultMaxDelete(",
  },
  {
    means: "a prune reads names without end",
    find: "if (read >= NAMES) {",
    replace: "if (read < 0) {",
  },
];

const DEFINITIONS: readonly Edit[] = [
  {
    means: "of two definitions of one name the last wins in silence",
    find: "else found.set(name, joined(name, first, { index, written, normal: null }, namespace));",
    replace: "else found.set(name, { index, written, normal: joined === null ? null : null });",
  },
  {
    means: "an empty body is a set of none, whose prune deletes everything",
    find: 'if (first === undefined) throw invalid("the body is empty; send definitions, or [] for a set of none");',
    replace: "if (first === undefined) return [];",
  },
  {
    means: "a set may hold any number of definitions",
    find: "if (elements > DEFINITIONS) throw tooMany();",
    replace: "",
  },
  {
    means: "a set in lines may hold any number of definitions",
    find: "if (lines.length === DEFINITIONS) throw tooMany();",
    replace: "",
  },
  {
    means: "a body may hold any number of values",
    find: "    countValue();\n  });",
    replace: "  });",
  },
];

const OPERATIONS: readonly Edit[] = [
  {
    means: "a dry run of a stale plan shows what it would do",
    find: "if (dryRun) await apply.refuseStale(plan);",
    replace: "",
    named: "once the namespace has changed",
  },
  {
    means: "a dry run of a plan applies it",
    find: 'if (dryRun) return json(jsonObject([["applied", "false"], ...shown]), lint);',
    replace: "",
    named: "dry_run",
  },
  {
    means: "a dry run of a set applies it",
    find: "if (asked.query.dry_run) {",
    replace: "if (asked.query.dry_run === null) {",
    named: "dry_run",
  },
];

const PURE = ["test/sets/service.test.ts", "test/sets/planning.test.ts"];
const API = ["test/api/apply.test.ts", "test/api/sets.test.ts"];

/** Sets of definitions: planned, pruned, applied. */
export const apply: readonly Mutant[] = [
  ...mutantsOf("apply", "src/sets/service.ts", PURE, SERVICE),
  ...mutantsOf("apply", "src/sets/plan.ts", PURE, PLAN),
  ...mutantsOf("apply", "src/sets/prune.ts", PURE, PRUNE),
  ...mutantsOf("apply", "src/sets/definitions.ts", [...PURE, "test/sets/definitions.test.ts"], DEFINITIONS),
  ...mutantsOf("apply", "src/sets/stored-plan.ts", PURE, [
    {
      means: "a plan of an earlier form is applied",
      find: "if (format !== FORMAT) return null;",
      replace: "if (format === null) return null;",
    },
  ]),
  ...mutantsOf("apply", "src/sets/options.ts", API, [
    {
      means: "the strict lint of a deployment does not hold for sets",
      find: 'strict: query.strict || settings.lint === "strict",',
      replace: "strict: query.strict,",
      tests: ["test/api/strict-deployment.test.ts"],
    },
  ]),
  ...mutantsOf("apply", "src/sets/apply-operation.ts", API, OPERATIONS),
];
