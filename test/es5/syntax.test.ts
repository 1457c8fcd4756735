import { describe, expect, it } from "vitest";
import { syntaxProblem } from "../support/filters.ts";

/** What is said of each text, those it takes left out. */
function problems(texts: string[]): Record<string, string> {
  const said = texts.map((text): [string, string | null] => [text, syntaxProblem(text)]);
  return Object.fromEntries(
    said.flatMap(([text, problem]) =>
      problem === null ? [] : [[text, problem.replace("(anonymous): Line ", "")]],
    ),
  );
}

function nestedIn(open: string, inside: string, close: string, times: number): string {
  return open.repeat(times) + inside + close.repeat(times);
}

describe("what Sensu accepts as a filter", () => {
  it("is any ES5 program, even one that is no condition", () => {
    expect(
      problems([
        "entity.system.os == 'linux'",
        "",
        " ",
        ";",
        "// nothing but a comment",
        "/* two\nlines */",
        "var x = 1; x",
        "{ a: 1 }",
        "label: for (;;) { break label }",
        "throw 1",
        "debugger",
        "with (a) { b }",
        "async",
        "let",
        "yield / 2",
        "function f(a, b) { return a + b } f(1, 2)",
        "try { a } catch (e) { b } finally { c }",
        "switch (a) { case 1: b; break; default: c }",
        "do x++; while (x < 5) y",
        "for (var i = 0, n = 5; i < n; i++) ;",
        "for (var k in entity) k",
        "for (entity.x in entity) ;",
        "new Date().getTime()",
        "({ get a() { return 1 }, set a(v) {}, 'b': 2, 3: 4, if: 5 }).if",
        "a.if.class.null",
        "[1,,2,]",
      ]),
    ).toEqual({});
  });

  it("ends statements at line ends as ES5 does", () => {
    expect(problems(["a\nb", "a\n++b", "var x\nx", "entity.system.os\n== 'linux'", "a /* c */\nb"])).toEqual(
      {},
    );
    const table = {
      "a b": "1:3 Unexpected identifier",
      "throw\nnew Error(a)": "1:1 Illegal newline after throw",
    };
    expect(problems(Object.keys(table))).toEqual(table);
  });

  it("does not end them after a member named by a keyword, as otto does not", () => {
    const table = { "a.class\nb": "2:1 Unexpected identifier" };
    expect(problems(Object.keys(table))).toEqual(table);
    expect(problems(["a.class;\nb", "a.name\nb"])).toEqual({});
  });

  it("includes octal numbers and octal escapes", () => {
    expect(
      problems(["0777", "010 == 8", "'\\101\\0\\x41\\u0041\\\n'", "0x1F", ".5e-3", "5.", "\\u0061b"]),
    ).toEqual({});
  });

  it("includes template braces where they are JavaScript too", () => {
    expect(problems(["{{ x }}"])).toEqual({});
    const table = { "{{ .labels.x }}": "1:4 Unexpected token . (and 2 more errors)" };
    expect(problems(Object.keys(table))).toEqual(table);
  });
});

describe("Sensu's complaint about a syntax error", () => {
  it("names the unexpected token", () => {
    const table = {
      "= 1": "1:1 Unexpected token =",
      "entity.os == = 1": "1:14 Unexpected token =",
      "a === 'x' and b": "1:11 Unexpected identifier",
      "f(1 2)": "1:5 Unexpected number (and 1 more errors)",
      "f(1 'x')": "1:5 Unexpected string (and 1 more errors)",
      "a true": "1:3 Unexpected token true",
      "a null": "1:3 Unexpected token null",
      "5 &^ 4": "1:3 Unexpected token &^",
      "a.5": "1:2 Unexpected number",
      "if (a) else b": "1:8 Unexpected token else",
      "a)": "1:2 Unexpected token )",
      "1..2": "1:3 Unexpected number",
      "1.toString()": "1:1 Unexpected token ILLEGAL",
      "3px": "1:1 Unexpected token ILLEGAL",
      "09": "1:1 Unexpected token ILLEGAL",
      "0x": "1:1 Unexpected token ILLEGAL",
      "const a = 1": "1:1 Unexpected reserved word",
      "class A {}": "1:1 Unexpected reserved word",
      export: "1:1 Unexpected reserved word",
    };
    expect(problems(Object.keys(table))).toEqual(table);
  });

  it("says where the text ends unexpectedly", () => {
    const table = {
      "a ==": "1:5 Unexpected end of input",
      "{": "1:2 Unexpected end of input",
      "a\n&&\nb\n||": "4:3 Unexpected end of input",
      "a &&\r\nb ||": "2:5 Unexpected end of input",
      throw: "1:1 Unexpected end of input",
    };
    expect(problems(Object.keys(table))).toEqual(table);
  });

  it("counts columns in bytes", () => {
    const table = { "'ü' b": "1:6 Unexpected identifier", "'\u{1f600}' b": "1:8 Unexpected identifier" };
    expect(problems(Object.keys(table))).toEqual(table);
  });

  it("counts the errors after the first", () => {
    const table = {
      "(": "1:2 Unexpected end of input (and 1 more errors)",
      "[1, 2": "1:6 Unexpected end of input (and 1 more errors)",
      "@": "1:1 Unexpected token ILLEGAL (and 1 more errors)",
      "`t`": "1:1 Unexpected token ILLEGAL (and 2 more errors)",
      "let a = 1": "1:5 Unexpected identifier (and 1 more errors)",
      "a?.b": "1:3 Unexpected token . (and 2 more errors)",
      "function () {": "1:10 Unexpected token ( (and 6 more errors)",
      "/* no end": "1:10 Unexpected end of input",
      "= ; if (a { b }": "1:1 Unexpected token = (and 4 more errors)",
    };
    expect(problems(Object.keys(table))).toEqual(table);
  });

  it("covers jumps without a target", () => {
    const table = {
      "return true": "1:1 Illegal return statement",
      break: "1:1 Illegal break statement",
      "continue;": "1:1 Illegal continue statement",
      "switch (a) { case 1: continue }": "1:22 Illegal continue statement",
      "for (;;) { break out }": "1:12 Undefined label 'out'",
      "a: a: b": "1:4 Label 'a' already exists",
      "for (;;) { (function () { break })() }": "1:27 Illegal break statement (and 3 more errors)",
    };
    expect(problems(Object.keys(table))).toEqual(table);
    expect(
      problems(["for (;;) { break }", "while (a) continue", "a: { break a }", "(function () { return })()"]),
    ).toEqual({});
  });

  it("covers assignments to what is no reference", () => {
    const table = {
      "1 = 2": "1:1 Invalid left-hand side in assignment",
      "(a + b) = 2": "1:2 Invalid left-hand side in assignment",
      "f() += 1": "1:1 Invalid left-hand side in assignment",
      "++1": "1:1 Invalid left-hand side in assignment",
      "'x'++": "1:4 Invalid left-hand side in assignment",
      "for (1 in a) b": "1:1 Invalid left-hand side in for-in",
    };
    expect(problems(Object.keys(table))).toEqual(table);
    expect(problems(["(a) = 2", "a.b = c[d] = 3"])).toEqual({});
  });

  it("covers incomplete statements", () => {
    const table = {
      "try { a }": "1:1 Missing catch or finally after try",
      "switch (a) { default: b; default: c }": "1:26 Already saw a default in switch",
      "'open": "1:1 Unexpected token ILLEGAL",
      "'\\xZZ'": '1:1 invalid escape: \\x: "ZZ"',
      "'\\u12'": '1:1 invalid escape: \\u: len("12") != 4',
    };
    expect(problems(Object.keys(table))).toEqual(table);
  });

  it("covers regular expressions that RE2 refuses", () => {
    expect(
      problems(["/^lin(ux)?$/i.test(a)", "/[/]/", "/a{2,}?/", "a / b / c", "x = /=/", "/(?i)a/", "/\\//"]),
    ).toEqual({});
    const table = {
      "/a": "1:1 Invalid regular expression: missing /",
      "/[/": "1:1 Invalid regular expression: Unterminated character class",
      "/(a/": "1:1 Invalid regular expression: Unterminated group",
      "/a)/": "1:1 Invalid regular expression: Unmatched ')'",
      "/(?=a)b/": "1:1 Invalid regular expression: re2: Invalid (?=) <lookahead>",
      "/(?!a)b/": "1:1 Invalid regular expression: re2: Invalid (?!) <lookahead>",
      "/(?<=a)b/": "1:1 Invalid regular expression: invalid or unsupported Perl syntax: `(?<`",
      "/(a)\\1/": "1:1 Invalid regular expression: re2: Invalid \\1 <backreference>",
      "/a**/": "1:1 Invalid regular expression: invalid nested repetition operator: `**`",
      "/+a/": "1:1 Invalid regular expression: missing argument to repetition operator: `+`",
      "/a{3,2}/": "1:1 Invalid regular expression: invalid repeat count: `{3,2}`",
      "/[z-a]/": "1:1 Invalid regular expression: invalid character class range: `z-a`",
    };
    expect(problems(Object.keys(table))).toEqual(table);
  });
});

describe("an adversarial text", () => {
  it("may nest as deep as people write", () => {
    expect(
      problems([
        nestedIn("(", "1", ")", 100),
        nestedIn("[", "", "]", 100),
        nestedIn("{", "", "}", 100),
        "!".repeat(150) + "a",
      ]),
    ).toEqual({});
  });

  it("is refused beyond that depth", () => {
    for (const text of [
      nestedIn("(", "1", ")", 999),
      nestedIn("[", "", "]", 999),
      nestedIn("{", "", "}", 999),
      nestedIn("{a:", "1", "}", 499),
      nestedIn("(function(){", "", "})()", 120),
      "!".repeat(1999) + "a",
      "-".repeat(1999),
      "new ".repeat(499),
      "a<".repeat(999) + "a",
      "a=".repeat(999) + "a",
      "a?".repeat(600) + "b",
      "if(a)".repeat(399) + "b",
      "a:".repeat(3) + "b:".repeat(990),
      "a[".repeat(999),
      "a(".repeat(999),
    ]) {
      expect(syntaxProblem(text)).toMatch(/^\(anonymous\): Line 1:\d+ /);
    }
  });

  it("may be long, as long as it is flat", () => {
    expect(
      problems([
        "a" + "+a".repeat(999),
        "a" + ".a".repeat(999),
        "a" + "()".repeat(999),
        "a" + ",a".repeat(999),
      ]),
    ).toEqual({});
  });
});
