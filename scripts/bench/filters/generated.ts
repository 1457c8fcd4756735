// Programs that nobody thought of: what a filter may call, on texts, lists and patterns of every size, put together by chance.
import { seeded } from "../random.ts";
import { longList, longText, type Program } from "./named.ts";

const UNITS = [
  "a",
  "ab",
  "1_",
  "1",
  "0",
  " ",
  "\u0161",
  "\u00df",
  "\u0130",
  "$&",
  "$'",
  "a,",
  "\\\\",
  "(a)",
  "\ud83d\ude00",
];
const SIZES = [10, 300, 2_000, 8_000, 30_000, 60_000];
const LENGTHS = [3, 100, 1_000, 4_000];
const ITEMS = ["1", "'b'", "3,1,2", "[1]", "{}", "s", "null,undefined", "1.5", "entity.system"];
const PATTERNS = [
  "/a/g",
  "/(a)(b)?/g",
  "/[^x]*x/i",
  "/(a|b|ab)*c/",
  "/\\\\b\\\\w+$/m",
  "/(?:)/g",
  "/a{0,50}b/",
  "/(((((a)))))/g",
  "/^.*$/gm",
  "/[a-z0-9_]+/gi",
  "/()()()()()()()()/g",
  "/\\\\s*,\\\\s*/",
];
const CALLBACKS = [
  "function(){}",
  "function(x,y){return x<y}",
  "function(x){return x+s}",
  "String",
  "isNaN",
  "RegExp",
  "function(a,b,c,d,e,f,g,h){var i,j,k,l;return arguments}",
  "Array",
  "Math.max",
  "function(x){return [x]}",
];
const TEXT_METHODS =
  "charAt charCodeAt concat indexOf lastIndexOf localeCompare match replace search slice split substr substring toLowerCase toUpperCase trim toString valueOf hasOwnProperty propertyIsEnumerable".split(
    " ",
  );
const LIST_METHODS =
  "concat every filter forEach indexOf join lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice toString unshift hasOwnProperty".split(
    " ",
  );
const FUNCTIONS =
  "parseInt parseFloat isNaN isFinite Number String Boolean Object Array RegExp Error Math.max Math.pow Math.floor String.fromCharCode Object.keys Array.isArray hour weekday new_String new_RegExp new_Array new_Error".split(
    " ",
  );
const OPERATORS = "+ - * / % < <= == === != in instanceof && || & >>> ,".split(" ");

/** Programs of a seed: the same in each run. */
export function generatedPrograms(count: number, seed: number): Program[] {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => {
    const found = from[Math.floor(random() * from.length)];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  };
  const value = (depth: number): string => {
    const kinds = depth > 2 ? 8 : 15;
    switch (Math.floor(random() * kinds)) {
      case 0:
      case 1:
        return "s";
      case 2:
        return "a";
      case 3:
        return "t";
      case 4:
        return pick(PATTERNS).replaceAll("\\\\", "\\");
      case 5:
        return pick([
          "''",
          "'a'",
          "1",
          "-1",
          "1e308",
          "null",
          "[]",
          "{}",
          "i",
          "this",
          "entity",
          "o",
        ]).replace("{}", "({})");
      case 6:
        return pick(CALLBACKS);
      case 7:
        return "s.length";
      case 8:
        return `s.${pick(TEXT_METHODS)}(${values(depth)})`;
      case 9:
        return `a.${pick(LIST_METHODS)}(${values(depth)})`;
      case 10:
        return `${pick(FUNCTIONS).replace("_", " ")}(${values(depth)})`;
      case 11:
        return `(${value(depth + 1)} ${pick(OPERATORS)} ${value(depth + 1)})`;
      case 12:
        return `${pick(["+", "-", "!", "~", "typeof ", "void ", "''+"])}${value(depth + 1)}`;
      case 13:
        return `(${value(depth + 1)})[${value(depth + 1)}]`;
      default:
        return `({x:${value(depth + 1)}})`;
    }
  };
  const values = (depth: number) =>
    Array.from({ length: Math.floor(random() * 3.5) }, () => value(depth + 1)).join();
  const statement = (): string => {
    const inside = `(${value(0)})`;
    switch (Math.floor(random() * 6)) {
      case 0:
        return `try{${inside}}catch(e){}`;
      case 1:
        return `for(var k in ${value(1)}){${inside};break}`;
      case 2:
        return `o[${value(1)}]=${inside}`;
      case 3:
        return `with(${pick(["o", "entity", "({})"])})${inside}`;
      default:
        return inside;
    }
  };
  return Array.from({ length: count }, (_, index) => {
    const setup = [
      longText(pick(UNITS), pick(SIZES)),
      longText(pick(UNITS), pick(SIZES), "t"),
      longList(pick(ITEMS), pick(LENGTHS)),
      "var o={};",
    ].join("");
    return { name: `generated ${seed}.${index}`, setup, step: `try{${statement()}}catch(z){}` };
  });
}

/** Filters put together from the pieces of the language: nearly all are syntax errors, each in another way. */
export function generatedTexts(count: number, seed: number, characters: number): string[] {
  const random = seeded(seed);
  const words =
    "entity . system os ( ) [ ] { } ; , + - * / % == === ! && || ? : < > in instanceof typeof new function f a b 1 0 'x' /a/ /( /[ [: :] var if else for while do break return throw try catch finally switch case default with this null true a: ' \" \\ \\u0061 # @ 0x 1e /* */ // \n \u00e9".split(
      " ",
    );
  return Array.from({ length: count }, () => {
    const few = Array.from(
      { length: 1 + Math.floor(random() * 6) },
      () => words[Math.floor(random() * words.length)],
    );
    return few
      .join(random() < 0.3 ? " " : "")
      .repeat(characters)
      .slice(0, characters);
  });
}
