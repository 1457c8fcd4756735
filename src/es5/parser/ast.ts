/**
 * The tree of an ES5 program, in ESTree's words where they fit. `at` is the offset of a node's first character in the
 * text (parentheses around it do not count), which is what error positions need.
 */
export interface Program {
  body: Statement[];
  declared: Declarations;
}

/** What hoisting creates when a program or a function is entered: functions first, then variables (ES5 §10.5). */
export interface Declarations {
  functions: FunctionNode[];
  variables: string[];
}

export interface FunctionNode {
  type: "Function";
  at: number;
  name: string;
  parameters: string[];
  body: Statement[];
  declared: Declarations;
  /** The text from `function` to the closing brace. */
  source: string;
}

export interface Identifier {
  type: "Identifier";
  at: number;
  name: string;
}

export interface Literal {
  type: "Literal";
  at: number;
  value: string | number | boolean | null;
}

/** `a.b` is written like `a["b"]`: the property is then a literal. */
export interface Member {
  type: "Member";
  at: number;
  object: Expression;
  property: Expression;
}

export interface Property {
  key: string;
  /** `null` for a getter or a setter, which nothing here runs. */
  value: Expression | null;
}

export type Expression =
  | Identifier
  | Literal
  | Member
  | FunctionNode
  | { type: "This"; at: number }
  | { type: "RegExp"; at: number; pattern: string; flags: string }
  | { type: "Array"; at: number; elements: (Expression | null)[] }
  | { type: "Object"; at: number; properties: Property[] }
  | { type: "Unary"; at: number; operator: string; argument: Expression }
  | { type: "Update"; at: number; operator: string; prefix: boolean; argument: Expression }
  | { type: "Binary" | "Logical"; at: number; operator: string; left: Expression; right: Expression }
  | { type: "Assignment"; at: number; operator: string; left: Expression; right: Expression }
  | { type: "Conditional"; at: number; test: Expression; consequent: Expression; alternate: Expression }
  | { type: "Call" | "New"; at: number; callee: Expression; arguments: Expression[] }
  | { type: "Sequence"; at: number; expressions: Expression[] }
  | { type: "Bad"; at: number };

export interface Declarator {
  name: string;
  value: Expression | null;
}

export interface SwitchCase {
  /** `null` is `default`. */
  test: Expression | null;
  body: Statement[];
}

export type Statement =
  | { type: "Expression"; expression: Expression }
  | { type: "Variable"; declarations: Declarator[] }
  | { type: "Block"; body: Statement[] }
  | { type: "If"; test: Expression; consequent: Statement; alternate: Statement | null }
  | {
      type: "For";
      init: Expression | Declarator[] | null;
      test: Expression | null;
      update: Expression | null;
      body: Statement;
    }
  | { type: "ForIn"; into: Expression | Declarator; source: Expression; body: Statement }
  | { type: "While" | "DoWhile"; test: Expression; body: Statement }
  | { type: "Break" | "Continue"; label: string }
  | { type: "Return"; argument: Expression | null }
  | { type: "Throw"; argument: Expression }
  | {
      type: "Try";
      body: Statement;
      parameter: string;
      handler: Statement | null;
      finalizer: Statement | null;
    }
  | { type: "Switch"; discriminant: Expression; cases: SwitchCase[] }
  | { type: "With"; object: Expression; body: Statement }
  | { type: "Labelled"; label: string; body: Statement }
  | { type: "Empty" };
