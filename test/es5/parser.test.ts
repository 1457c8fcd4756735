import * as acorn from "acorn";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Declarator, Expression, Statement } from "../../src/es5/parser/ast.ts";
import { parse } from "../support/filters.ts";
import { runs } from "../support/nightly.ts";

/** A tree as nested lists of what matters, so that acorn's and ours can be laid side by side. */
type Outline = string | number | boolean | null | Outline[];

function theirs(node: acorn.AnyNode | null | undefined): Outline {
  if (node === null || node === undefined) return null;
  switch (node.type) {
    case "Program":
      return node.body.map(theirs);
    case "ExpressionStatement":
      return theirs(node.expression);
    case "BlockStatement":
      return ["Block", ...node.body.map(theirs)];
    case "VariableDeclaration":
      return ["Variable", ...node.declarations.map((each) => [theirs(each.id), theirs(each.init)])];
    case "IfStatement":
      return ["If", theirs(node.test), theirs(node.consequent), theirs(node.alternate)];
    case "ForStatement":
      return ["For", theirs(node.init), theirs(node.test), theirs(node.update), theirs(node.body)];
    case "WhileStatement":
      return ["While", theirs(node.test), theirs(node.body)];
    case "Identifier":
      return node.name;
    case "Literal":
      return node.regex ? ["RegExp", node.regex.pattern, node.regex.flags] : [String(node.value)];
    case "BinaryExpression":
    case "LogicalExpression":
    case "AssignmentExpression":
      return [node.operator, theirs(node.left), theirs(node.right)];
    case "UnaryExpression":
      return [node.operator, theirs(node.argument)];
    case "UpdateExpression":
      return [node.operator, node.prefix, theirs(node.argument)];
    case "ConditionalExpression":
      return ["?", theirs(node.test), theirs(node.consequent), theirs(node.alternate)];
    case "CallExpression":
    case "NewExpression":
      return [node.type.slice(0, -10), theirs(node.callee), ...node.arguments.map(theirs)];
    case "MemberExpression": {
      const property = theirs(node.property);
      return [".", theirs(node.object), node.computed ? property : [property]];
    }
    case "ArrayExpression":
      return ["Array", ...node.elements.map(theirs)];
    case "SequenceExpression":
      return [",", ...node.expressions.map(theirs)];
    default:
      throw new TypeError(node.type);
  }
}

function ours(node: Expression | null): Outline {
  if (node === null) return null;
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "Literal":
      return [String(node.value)];
    case "RegExp":
      return ["RegExp", node.pattern, node.flags];
    case "Binary":
    case "Logical":
    case "Assignment":
      return [node.operator, ours(node.left), ours(node.right)];
    case "Unary":
      return [node.operator, ours(node.argument)];
    case "Update":
      return [node.operator, node.prefix, ours(node.argument)];
    case "Conditional":
      return ["?", ours(node.test), ours(node.consequent), ours(node.alternate)];
    case "Call":
    case "New":
      return [node.type, ours(node.callee), ...node.arguments.map(ours)];
    case "Member":
      return [".", ours(node.object), ours(node.property)];
    case "Array":
      return ["Array", ...node.elements.map(ours)];
    case "Sequence":
      return [",", ...node.expressions.map(ours)];
    default:
      throw new TypeError(node.type);
  }
}

function declarators(list: Declarator[]): Outline {
  return ["Variable", ...list.map(({ name, value }) => [name, ours(value)])];
}

function statement(node: Statement | null): Outline {
  if (node === null) return null;
  switch (node.type) {
    case "Expression":
      return ours(node.expression);
    case "Block":
      return ["Block", ...node.body.map(statement)];
    case "Variable":
      return declarators(node.declarations);
    case "If":
      return ["If", ours(node.test), statement(node.consequent), statement(node.alternate)];
    case "For": {
      const init = Array.isArray(node.init) ? declarators(node.init) : ours(node.init);
      return ["For", init, ours(node.test), ours(node.update), statement(node.body)];
    }
    case "While":
      return ["While", ours(node.test), statement(node.body)];
    default:
      throw new TypeError(node.type);
  }
}

function outline(text: string): Outline {
  const parsed = parse(text);
  return "program" in parsed ? parsed.program.body.map(statement) : parsed.problem;
}

/** Programs built from the rules, comparisons always in parentheses: otto groups a bare chain of them its own way. */
const { program } = fc.letrec<{ expression: string; statement: string; program: string }>((tie) => {
  const binary = fc.constantFrom(..."+ - * / % & | ^ << >> >>> && || == != === !==".split(" "));
  const comparison = fc.constantFrom("<", "<=", ">", ">=", "in", "instanceof");
  const expression = tie("expression");
  const body = tie("statement");
  const leaf = fc.constantFrom(
    ..."a entity.system.os b['x'] 1 .5 0x1f 'it\\'s' \"q\" null true /a[/]b/i [1,,2] x.if.class.y this_".split(
      " ",
    ),
  );
  return {
    expression: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.tuple(expression, binary, expression).map((parts) => parts.join(" ")),
      fc.tuple(expression, comparison, expression).map(([a, op, b]) => `((${a}) ${op} (${b}))`),
      fc.tuple(fc.constantFrom("!", "- ", "typeof ", "void "), expression).map(([op, a]) => `${op}(${a})`),
      fc.tuple(expression, expression, expression).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(leaf, expression).map(([a, b]) => `f(${a}, (${b}, 1)).m(new X(2).y)[${a}]`),
      fc.tuple(fc.constantFrom("=", "+=", "%=", ">>>="), expression).map(([op, b]) => `(v ${op} ${b})`),
      fc.constantFrom("i++", "--i", "x.y--"),
    ),
    statement: fc.oneof(
      { maxDepth: 3 },
      expression.map((text) => `${text};`),
      expression.map((text) => `${text}\nv;`),
      expression.map((text) => `var v = ${text}, w;`),
      fc.tuple(expression, body, body).map(([a, b, c]) => `if (${a}) { ${b} } else { ${c} }`),
      fc.tuple(expression, body).map(([a, b]) => `for (var i = 0; ${a}; i++) { ${b} }`),
      fc.tuple(expression, body).map(([a, b]) => `while (${a}) { /* c */ ${b} } // d\n`),
    ),
    program: fc.array(body, { maxLength: 4 }).map((parts) => parts.join(" ")),
  };
});

describe("the parser", () => {
  it("reads ES5 as acorn reads it", () => {
    fc.assert(
      fc.property(program, (text) => {
        expect(outline(text)).toEqual(theirs(acorn.parse(text, { ecmaVersion: 5 })));
      }),
      { numRuns: runs(300) },
    );
  });

  it("groups comparisons to the right, as otto does", () => {
    expect(outline("a < b < c")).toEqual([["<", "a", ["<", "b", "c"]]]);
  });
});
