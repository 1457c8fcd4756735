import { Lists, type Spend } from "./selector-lists.ts";
import { OPERATORS, tokensOf, type Operator, type Token } from "./selector-tokens.ts";

/** One comparison of a selector; only `in` and `notin` have other than one value. */
export type Operation = { key: string; operator: Operator; values: string[] };

/** What a selector is asked of: the labels of an object, or its fields as text (contract §3.4). */
export type Fields =
  | Readonly<Record<string, string>>
  | Map<string, string>
  | ((key: string) => string | undefined);

const MAX_LENGTH = 4_096;
/** Operations of one selector: each is asked of every asset that a list looks at. */
const MAX_OPERATIONS = 50;
const END: Token = { type: "end", text: "" };

/**
 * Reads a labelSelector or fieldSelector. Grammar and error texts are those of the selector engine Sensu published
 * (contract §3.4, T344-T376), with what is odd about them: `&&` may be left out, either quote ends either string,
 * `==` needs a space before it. A blank selector has no operations and so matches everything.
 */
export function parseSelector(text: string): { operations: Operation[] } | { error: string } {
  if (text.length > MAX_LENGTH) return { error: `a selector may have at most ${MAX_LENGTH} characters` };
  const tokens = tokensOf(text);
  const next = (): Token => tokens.next().value ?? END;
  const operations: Operation[] = [];
  try {
    for (;;) {
      let token = next();
      let expected = "an identifier or end of string";
      if (token.type === "end") return { operations };
      if (token.type === "&&") {
        if (operations.length === 0) {
          return { error: "unexpected '&&' operator found, expected a operation first" };
        }
        token = next();
        expected = "an identifier or string after '&&'";
      }
      if (!isText(token)) return { error: `unexpected token '${token.text}', expected ${expected}` };
      operations.push(parseOperation(token.text, next));
      if (operations.length > MAX_OPERATIONS) {
        return { error: `a selector may have at most ${MAX_OPERATIONS} operations` };
      }
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { error: `could not parse the operations: ${error.message}` };
  }
}

function isText({ type }: Token): boolean {
  return type === "identifier" || type === "string";
}

/** Throws a SyntaxError. */
function parseOperation(key: string, next: () => Token): Operation {
  const { type, text } = next();
  const operator = OPERATORS.find((candidate) => candidate === type);
  if (operator === undefined) throw new SyntaxError(`unexpected operator '${text}' found`);
  const value = next();
  if (operator === "in" || operator === "notin") return { key, operator, values: parseValues(value, next) };
  if (!isText(value) && value.type !== "boolean" && value.type !== "matches") {
    throw new SyntaxError(`unexpected token '${value.text}': expected an identifier or literal value`);
  }
  return { key, operator, values: [value.text] };
}

function parseValues(first: Token, next: () => Token): string[] {
  if (first.type === "identifier") return [first.text];
  if (first.type !== "[") throw new SyntaxError(`found '${first.text}', expected '['`);
  const values: string[] = [];
  for (let token = next(); token.type !== "]"; token = next()) {
    if (isText(token)) values.push(token.text);
    else if (token.type !== ",") {
      throw new SyntaxError(`unexpected token '${token.text}', expected a comma or an identifier`);
    }
  }
  return values;
}

/** Whether every operation holds of these fields; what is looked at is drawn from `spend`. */
export function matches(
  operations: readonly Operation[],
  fields: Fields,
  spend: Spend = () => undefined,
): boolean {
  const lists = new Lists(spend);
  return operations.every((operation) => holds(operation, fields, lists, spend));
}

function holds({ key, operator, values }: Operation, fields: Fields, lists: Lists, spend: Spend): boolean {
  const value = valueOf(fields, key);
  spend(1 + values.length);
  switch (operator) {
    case "==":
    case "!=":
      return (value !== undefined && values.includes(value)) === (operator === "==");
    case "matches":
      spend((value?.length ?? 0) * values.length);
      return value !== undefined && values.some((part) => value.includes(part));
    default:
      return isIn(key, value, values, fields, lists) === (operator === "in");
  }
}

/** `linux in check.subscriptions`: a single value that is itself a key is a field that holds a list (T365). */
function isIn(
  key: string,
  value: string | undefined,
  values: string[],
  fields: Fields,
  lists: Lists,
): boolean {
  const [only, ...others] = values;
  const list = only === undefined || others.length > 0 ? undefined : valueOf(fields, only);
  if (list === undefined) return value !== undefined && values.includes(value);
  return lists.hasItem(list, key);
}

function valueOf(fields: Fields, key: string): string | undefined {
  if (typeof fields === "function") return fields(key);
  if (fields instanceof Map) return fields.get(key);
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** The operations as a selector in one fixed spelling: equal operations print alike. */
export function printSelector(operations: readonly Operation[]): string {
  return operations
    .map(({ key, operator, values }) => {
      const quoted = values.map((value) => `"${value}"`).join(", ");
      const isList = operator === "in" || operator === "notin";
      return `"${key}" ${operator} ${isList ? `[${quoted}]` : quoted}`;
    })
    .join(" && ");
}
