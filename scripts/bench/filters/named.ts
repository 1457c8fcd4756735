// Programs that people thought of: ordinary ones, and each of those that once cost more than it was charged.

/** A program in two parts: what is done once, and what is done as often as its budget allows. */
export interface Program {
  readonly name: string;
  readonly setup: string;
  readonly step: string;
}

/** A text of at least this many characters. */
export function longText(unit: string, characters: number, name = "s"): string {
  return `var ${name}=${JSON.stringify(unit)};while(${name}.length<${characters})${name}+=${name};`;
}

/** An array of at least this many items. */
export function longList(item: string, items: number, name = "a"): string {
  return `var ${name}=[${item}];while(${name}.length<${items})${name}=${name}.concat(${name});`;
}

const parameters = Array.from({ length: 560 }, (_, index) => `p${index}`).join();

export const NAMED: readonly Program[] = [
  { name: "ordinary: one comparison", setup: "", step: "entity.system.os=='linux'" },
  {
    name: "ordinary: a version",
    setup: "",
    step: "parseInt(entity.system.platform_version.split('.')[0])>=20",
  },
  { name: "ordinary: a pattern", setup: "", step: "/^ubuntu|debian$/.test(entity.system.platform)" },
  {
    name: "the rest of the text in a replacement",
    setup: longText("a", 2_000),
    step: `s.replace(/a/g,"$'")`,
  },
  { name: "the match in a replacement", setup: longText("a", 30_000), step: `s.replace(/a*/,"$&$&")` },
  { name: "many references in a replacement", setup: longText("$1", 8_000), step: "'a'.replace(/(a)/,s)" },
  { name: "text to number", setup: longText("1_", 60_000), step: "Math.max(s,s,s,s,s,s,s,s,s,s,s,s)" },
  { name: "text to number by a sign", setup: longText("1", 60_000), step: "+s" },
  {
    name: "text as a length",
    setup: `${longText("1", 60_000)}var o={length:s,push:[].push};`,
    step: "o.push()",
  },
  {
    name: "many parameters",
    setup: "var q=[1,2,3,4,5,6,7,8];",
    step: `q.forEach(function(${parameters}){})`,
  },
  { name: "many variables", setup: "", step: `(function(){var ${parameters}})()` },
  { name: "functions in a function", setup: "", step: `(function(){${"function f(){}".repeat(120)}})()` },
  { name: "an empty callback", setup: longList("1", 2_000), step: "a.forEach(function(){})" },
  { name: "bad patterns, caught", setup: "", step: "try{new RegExp('a**')}catch(e){}" },
  {
    name: "long bad patterns, caught",
    setup: longText("a", 1_500),
    step: "try{new RegExp(s+'(')}catch(e){}",
  },
  { name: "large patterns", setup: "", step: "/((a{0,30}){0,30}b)/.test('a')" },
  { name: "too many groups", setup: "", step: `/${"()".repeat(600)}/.exec('a')` },
  { name: "any case", setup: longText("aB", 4_000), step: "/[a-z][^x]b*z/i.test(s)" },
  { name: "nested repetition", setup: longText("a", 1_000), step: "/(a*)*b/.test(s)" },
  { name: "upper case outside Latin-1", setup: longText("\u0161", 30_000), step: "s.toUpperCase()" },
  { name: "upper case that grows", setup: longText("\u00df", 30_000), step: "s.toUpperCase()" },
  { name: "a search outside Latin-1", setup: longText("\u0101", 60_000), step: "s.indexOf('\\u0102')" },
  { name: "a search backwards", setup: longText("a", 4_000), step: "s.lastIndexOf('b'+s.slice(2000))" },
  { name: "a split into characters", setup: longText("a", 8_000), step: "s.split('')" },
  { name: "long keys", setup: longText("a", 60_000), step: "entity[s+i]" },
  { name: "long texts compared", setup: longText("a", 60_000), step: "s+'a'<s+'b'" },
  {
    name: "sorting long texts",
    setup: `${longText("a", 20_000)}var a=[s+1,s+2,s+3,s+4,s+5];`,
    step: "a.sort()",
  },
  { name: "sorting by a function", setup: longList("3,1,2", 500), step: "a.sort(function(x,y){return x-y})" },
  { name: "the largest numbers in base 3", setup: "", step: "(1e308).toString(3)" },
  { name: "a hundred digits", setup: "", step: "(1e-308).toPrecision(100)" },
  { name: "names behind many scopes", setup: "", step: `${"with({})".repeat(80)}x=1` },
  { name: "the library", setup: "", step: "Math+''+Object+String" },
  {
    name: "deep exceptions",
    setup: "",
    step: "try{(function f(n){if(n)f(n-1);else throw 1})(60)}catch(e){}",
  },
  { name: "lists in lists", setup: longList("[1,[2,[3]]]", 300), step: "''+a" },
  { name: "facts read again", setup: "", step: "entity.system.os+entity.system.arch+entity.labels.region" },
  { name: "colliding indices", setup: "var a={};for(var k=0;k<500;k++)a[k*16384]=k;", step: "a[8192000]" },
  { name: "a text that is put together and read", setup: longText("a", 30_000), step: "(s+i)[i]" },
  { name: "lists of the facts", setup: "", step: "entity.subscriptions.join()+entity.subscriptions.length" },
];

/** Texts that are long to read: each is repeated up to the length a filter may have. */
export const TEXTS: readonly string[] = [
  "a|",
  "a&&",
  "/a/|",
  "a.b()|",
  "a==b&&",
  ".a",
  "[",
  "(",
  "{",
  "a:",
  "'\\'",
  "/(a|b)*/|",
  "/[:/|",
  "\\",
  "#",
  "1.",
  "!a|",
  "a:1,",
  "function f(){}",
  "try{}catch(e){}",
  "\u00e9|",
  "\n",
  "/**/",
  "''+",
  "if(1)",
  "x?y:",
  "`",
  "entity.system.os==''||",
  "entity.a.b|",
  "a=1;",
  "{{",
];
