import type { Budget } from "../budget.ts";
import type { Expression, Program, Statement } from "../parser/ast.ts";

/** What it takes to look at a part of a tree, and to spell it. */
const VISIT_WORK = 16;
const SPELL_WORK = 48;

type Visit = (node: Expression | Statement, parent: Expression | null) => void;

/** Every statement and expression in a program, each with the expression it stands in. Throws BudgetExhausted. */
export function visitNodes(program: Program, budget: Budget, visit: Visit): void {
  descend(program, null, budget, visit);
}

function descend(value: unknown, parent: Expression | null, budget: Budget, visit: Visit): void {
  if (typeof value !== "object" || value === null) return;
  budget.spend(VISIT_WORK);
  if (isNode(value)) visit(value, parent);
  const inner = isNode(value) && "at" in value ? value : parent;
  for (const child of Object.values(value)) descend(child, inner, budget, visit);
}

function isNode(value: object): value is Expression | Statement {
  return "type" in value;
}

/** `["entity", "system", "os"]` for `entity.system['os']`, or `null` for what is no plain chain of members. */
export function memberPath(node: Expression): string[] | null {
  const path: string[] = [];
  let one = node;
  for (; one.type === "Member"; one = one.object) {
    if (one.property.type !== "Literal") return null;
    path.push(String(one.property.value));
  }
  return one.type === "Identifier" ? [one.name, ...path.reverse()] : null;
}

/** The conditions that must all hold, in a spelling that is the same for the same condition. Throws BudgetExhausted. */
export function conditions({ body }: Program, budget: Budget): string[] {
  const [only] = body;
  if (body.length !== 1 || only?.type !== "Expression") return [spell(body, budget)];
  return split(only.expression).map((condition) => spellCondition(condition, budget));
}

/** The operands of a chain of `&&`, from left to right. */
function split(node: Expression): Expression[] {
  const found: Expression[] = [];
  const open = [node];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one.type === "Logical" && one.operator === "&&") open.push(one.right, one.left);
    else found.push(one);
  }
  return found;
}

/** `a === b` and `b == a` are the same to the facts, which are texts where they are compared with texts. */
function spellCondition(node: Expression, budget: Budget): string {
  if (node.type !== "Binary" || !/^[=!]==?$/.test(node.operator)) return spell(node, budget);
  const sides = [spell(node.left, budget), spell(node.right, budget)].sort();
  const texts = [node.left, node.right].some(
    (side) => side.type === "Literal" && typeof side.value === "string",
  );
  return `${sides.join()}${texts ? node.operator.slice(0, 2) : node.operator}`;
}

/** A part of a tree as JSON, without places in the text. */
function spell(value: unknown, budget: Budget): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  budget.spend(SPELL_WORK);
  if (Array.isArray(value)) return `[${value.map((item) => spell(item, budget)).join()}]`;
  const members = Object.entries(value).filter(([name]) => name !== "at");
  return `{${members.map(([name, inner]) => `"${name}":${spell(inner, budget)}`).join()}}`;
}
