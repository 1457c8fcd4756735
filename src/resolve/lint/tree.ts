import type { Expression, Program, Statement } from "../parser/ast.ts";

type Visit = (node: Expression | Statement, parent: Expression | null) => void;

/** Every statement and expression in a program, each with the expression it stands in. */
export function visitNodes(program: Program, visit: Visit): void {
  descend(program, null, visit);
}

function descend(value: unknown, parent: Expression | null, visit: Visit): void {
  if (typeof value !== "object" || value === null) return;
  if (isNode(value)) visit(value, parent);
  const inner = isNode(value) && "at" in value ? value : parent;
  for (const child of Object.values(value)) descend(child, inner, visit);
}

function isNode(value: object): value is Expression | Statement {
  return "type" in value;
}

/** `["entity", "system", "os"]` for `entity.system['os']`, or `null` for what is no plain chain of members. */
export function memberPath(node: Expression): string[] | null {
  if (node.type === "Identifier") return [node.name];
  if (node.type !== "Member" || node.property.type !== "Literal") return null;
  const path = memberPath(node.object);
  return path === null ? null : [...path, String(node.property.value)];
}

/** The conditions that must all hold, in a spelling that is the same for the same condition. */
export function conditions(program: Program): string[] {
  const { body } = program;
  const [only] = body;
  if (body.length !== 1 || only?.type !== "Expression") return [JSON.stringify(body, withoutPlaces)];
  return split(only.expression).map(spell);
}

function split(node: Expression): Expression[] {
  if (node.type !== "Logical" || node.operator !== "&&") return [node];
  return [...split(node.left), ...split(node.right)];
}

/** `a === b` and `b == a` are the same to the facts, which are texts where they are compared with texts. */
function spell(node: Expression): string {
  if (node.type !== "Binary" || !/^[=!]==?$/.test(node.operator)) return JSON.stringify(node, withoutPlaces);
  const sides = [node.left, node.right].map((side) => JSON.stringify(side, withoutPlaces)).sort();
  const texts = [node.left, node.right].some(
    (side) => side.type === "Literal" && typeof side.value === "string",
  );
  return `${sides.join()}${texts ? node.operator.slice(0, 2) : node.operator}`;
}

function withoutPlaces(name: string, value: unknown): unknown {
  return name === "at" ? undefined : value;
}
