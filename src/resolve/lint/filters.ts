import type { Budget } from "../../es5/budget.ts";
import type { FilterError } from "../../es5/evaluate.ts";
import { LIBRARY } from "../../es5/interpreter/library/globals.ts";
import { excerpt } from "../../lib/excerpt.ts";
import type { FilterReader } from "../../es5/filter-reader.ts";
import type { Expression, Identifier, Program } from "../../es5/parser/ast.ts";
import { QUOTED_CHARACTERS, type Findings, type LintRule } from "./finding.ts";
import { ENTITY_MEMBERS, KNOWN_VALUES, SYSTEM_MEMBERS, type KnownValues } from "./known-facts.ts";
import { LATER_METHODS } from "./later-methods.ts";
import { memberPath, visitNodes } from "./tree.ts";

/** Work of starting on a filter. */
const FILTER_WORK = 128;

const LATER_SYNTAX = /=>|`|\b(?:let|const|class|import|export|async|await)\b|\?\.|\?\?|\*\*|\.\.\./;

/** Finds what is wrong with one filter expression. Throws BudgetExhausted. */
export function lintFilter(where: string, filter: string, filters: FilterReader, findings: Findings): void {
  filters.budget.spend(FILTER_WORK);
  const prepared = filters.read(filter);
  if ("error" in prepared) {
    lintUnreadable(where, filter, prepared.error, findings);
    return;
  }
  const { program } = prepared;
  const added = new Set<string>();
  const add = (rule: LintRule, message: string) => {
    if (added.has(rule + message)) return;
    added.add(rule + message);
    findings.add(rule, where, message);
  };
  const names = visibleNames(program, filters.budget);
  visitNodes(program, filters.budget, (node, parent) => {
    if (node.type === "Assignment") lintAssignment(node, add);
    else if (node.type === "Binary") lintComparison(node, add);
    else if (node.type === "Identifier") lintName(node, parent, names, add);
    else if (node.type === "Member") {
      lintMethod(node, parent, add);
      if (parent?.type !== "Member" || parent.object !== node) lintChain(node, parent, add);
    }
  });
}

type Add = (rule: LintRule, message: string) => void;

function lintUnreadable(
  where: string,
  filter: string,
  { kind, message }: FilterError,
  findings: Findings,
): void {
  if (kind === "budget") {
    findings.add("budget", where, `This is ${message}, which is refused on write. Make it shorter.`);
    return;
  }
  const later = LATER_SYNTAX.test(filter);
  const advice = later ? "Agents run ES5 only: write it without newer syntax." : "Correct the expression.";
  findings.add(later ? "es5" : "syntax", where, `Sensu refuses this filter: ${message}. ${advice}`);
}

function lintAssignment({ operator, left }: Expression & { type: "Assignment" }, add: Add): void {
  const path = memberPath(left);
  if (operator === "=" && path?.[0] === "entity") {
    add(
      "assignment",
      `This assigns to ${path.join(".")} instead of comparing, so it says the same on every machine. Write == .`,
    );
  }
}

function lintComparison(
  node: Expression & { left: Expression; right: Expression; operator: string },
  add: Add,
): void {
  if (!/^[=!]==?$/.test(node.operator)) return;
  const [fact, value] = node.left.type === "Literal" ? [node.right, node.left] : [node.left, node.right];
  const [root, parent, member, ...deeper] = memberPath(fact) ?? [];
  if (root !== "entity" || parent !== "system" || member === undefined || deeper.length > 0) return;
  const known = KNOWN_VALUES.get(member);
  if (known === undefined || value.type !== "Literal" || typeof value.value !== "string") return;
  const advice = adviseValue(value.value, known);
  if (advice === null) return;
  add("unreported-value", `No agent reports '${quoted(value.value)}' as entity.system.${member}: ${advice}.`);
}

/** What to write instead of a value that no agent reports; null for a value that one may report. */
function adviseValue(value: string, { all, advice }: KnownValues): string | null {
  if (all?.has(value) === true) return null;
  const lower = value.toLowerCase();
  const known = advice.get(lower);
  if (known !== undefined || all === null) return known ?? null;
  if (all.has(lower)) return `write '${lower}'`;
  return `use one of ${[...all].filter((one) => one !== "").join(", ")}`;
}

function lintChain(node: Expression, parent: Expression | null, add: Add): void {
  const full = memberPath(node) ?? [];
  const path = parent?.type === "Call" && parent.callee === node ? full.slice(0, -1) : full;
  const [root, first, second] = path;
  if (root !== "entity" || first === undefined) return;
  if (!ENTITY_MEMBERS.has(first)) {
    add("unknown-name", `Agents have no entity.${quoted(first)}: ${advise(first, second)}.`);
  } else if (first === "system" && second !== undefined && !SYSTEM_MEMBERS.has(second)) {
    add("unknown-name", `Agents have no entity.system.${quoted(second)}: ${advise(second)}.`);
  }
}

/** What to write instead of an unknown member: another spelling of it, if there is one. */
function advise(name: string, next?: string): string {
  if (name === "metadata") return `write entity.${next ?? "name"}, filters see the entity flat`;
  if (name === "class") return "write entity.entity_class";
  const plain = name.toLowerCase().replaceAll("_", "");
  const meant = (list: ReadonlySet<string>) => [...list].find((one) => one.replaceAll("_", "") === plain);
  const inSystem = meant(SYSTEM_MEMBERS);
  if (inSystem !== undefined) return `write entity.system.${inSystem}`;
  const inEntity = meant(ENTITY_MEMBERS);
  const rest = inEntity === "system" && next !== undefined ? `.${next.toLowerCase()}` : "";
  return inEntity === undefined
    ? "use a label, entity.labels, for what is your own"
    : `write entity.${inEntity}${rest}`;
}

function lintMethod(
  { property }: Expression & { type: "Member" },
  parent: Expression | null,
  add: Add,
): void {
  if (parent?.type !== "Call" || property.type !== "Literal") return;
  const name = String(property.value);
  const instead = LATER_METHODS.get(name);
  if (instead !== undefined) add("es5", `Agents run ES5, which has no .${name}(): ${instead}.`);
}

/** The names of the language and of the facts. */
const GLOBALS = new Set(["entity", ...LIBRARY.globals.keys()]);

/** The names a filter declares; `null` where a `with` makes them unknowable. */
function visibleNames(program: Program, budget: Budget): Set<string> | null {
  const names = new Set(namesOf(program.declared));
  let knowable = true;
  visitNodes(program, budget, (node) => {
    if (node.type === "With") knowable = false;
    else if (node.type === "Try") names.add(node.parameter);
    else if (node.type === "Function") {
      for (const name of [node.name, "arguments", ...node.parameters, ...namesOf(node.declared)])
        names.add(name);
    }
  });
  return knowable ? names : null;
}

function namesOf({ functions, variables }: Program["declared"]): string[] {
  return [...functions.map(({ name }) => name), ...variables];
}

function lintName(node: Identifier, parent: Expression | null, names: Set<string> | null, add: Add): void {
  const { name } = node;
  const isTarget = parent?.type === "Assignment" && parent.left === node;
  const isAsked = parent?.type === "Unary" && parent.operator === "typeof";
  if (names === null || GLOBALS.has(name) || names.has(name) || isTarget || isAsked) return;
  add(
    "unknown-name",
    `No filter knows the name ${quoted(name)}, so this one fails on every agent: ${meantBy(name, parent)}.`,
  );
}

function meantBy(name: string, parent: Expression | null): string {
  if (name.toLowerCase() === "system") return "write entity.system";
  if (parent?.type === "Binary") return `write '${quoted(name)}' in quotes`;
  return ENTITY_MEMBERS.has(name)
    ? `write entity.${name}`
    : "correct it, or put it in quotes if it is a value";
}

/** A name or a value for a message, cut so that it does not fill it. */
function quoted(text: string): string {
  return excerpt(text, QUOTED_CHARACTERS);
}
