import type { Budget } from "../../es5/budget.ts";
import type { Expression, Program, Statement } from "../../es5/parser/ast.ts";

/** Work of visiting a part of a tree, and of writing it as text. */
const VISIT_WORK = 32;
const SPELL_WORK = 128;

type Visit = (node: Expression | Statement, parent: Expression | null) => void;

/** Visits every statement and expression of a program, with the expression around it. Throws BudgetExhausted. */
export function visitNodes(program: Program, budget: Budget, visit: Visit): void {
  descend(program, null, budget, visit);
}

function descend(value: unknown, parent: Expression | null, budget: Budget, visit: Visit): void {
  if (typeof value !== "object" || value === null) return;
  budget.spend(VISIT_WORK);
  if (isNode(value)) visit(value, parent);
  const inner = isNode(value) && "at" in value ? value : parent;
  for (const name in value) descend(Reflect.get(value, name), inner, budget, visit);
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
  return one.type === "Identifier" ? [one.name, ...path.toReversed()] : null;
}

/** The conditions that must all hold, in a canonical text: equal conditions have equal texts. Throws BudgetExhausted. */
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

/** A part of a tree as text, without its places; different parts have different texts. */
function spell(part: unknown, budget: Budget): string {
  const pieces: string[] = [];
  spellInto(pieces, part, budget);
  return pieces.join("");
}

/** Collects pieces in one list: a chain of operators is as deep as it is long, so joining it level by level is quadratic. */
function spellInto(pieces: string[], part: unknown, budget: Budget): void {
  if (typeof part !== "object" || part === null) {
    pieces.push(JSON.stringify(part), ",");
    return;
  }
  budget.spend(SPELL_WORK);
  pieces.push(Array.isArray(part) ? "[" : "{");
  for (const name in part) {
    if (name === "at") continue;
    pieces.push(name, ":");
    spellInto(pieces, Reflect.get(part, name), budget);
  }
  pieces.push("}");
}
