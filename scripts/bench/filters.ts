// npm run bench:filters: the CPU time of filters, ordinary and hostile, as a table. Nothing here is asserted.
import { evaluate } from "../../src/resolve/evaluate.ts";
import { syntaxProblem } from "../../src/resolve/syntax.ts";
import { table } from "../deployment.ts";

const ENTITY = {
  name: "web-1",
  labels: { region: "eu" },
  system: {
    os: "linux",
    arch: "amd64",
    platform: "ubuntu",
    platform_family: "debian",
    platform_version: "22.04",
  },
};

const FILTERS: readonly (readonly [string, string])[] = [
  ["ordinary: one comparison", "entity.system.os == 'linux'"],
  ["ordinary: a version", "parseInt(entity.system.platform_version.split('.')[0]) >= 20"],
  ["ordinary: a pattern", "/^ubuntu|debian$/.test(entity.system.platform)"],
  ["nested loops", "for (var i = 0; i < 1e9; i++) for (var j = 0; j < 1e9; j++) i + j"],
  ["a loop that never ends", "for (;;) {}"],
  ["recursion", "(function f() { return f() })()"],
  ["string doubling", "var s = 'x'; for (;;) s += s"],
  ["array growth", "var a = []; for (;;) a.push(a.length)"],
  ["sorting", "var a = []; for (var i = 0; i < 9000; i++) a[i] = -i; a.sort()"],
  ["catastrophic pattern", "/^(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')"],
  ["catastrophic alternation", `/(${"a|".repeat(60)}b)*c/.test('${"a".repeat(1_500)}')`],
  ["counted repetition", `/(a{0,30}){0,30}b/.test('${"a".repeat(1_500)}')`],
  ["replace by a function", `'${"a".repeat(1_000)}'.replace(/a/g, function (x) { return x + x })`],
  ["2,000 characters of operators", `1${"+1".repeat(999)}`],
  ["2,000 characters of parentheses", `${"(".repeat(999)}1${")".repeat(999)}`],
  ["2,000 characters of brackets", "[".repeat(2_000)],
  ["2,000 characters of nothing known", "#".repeat(2_000)],
  ["exceptions", "for (;;) try { throw 1 } catch (e) {}"],
];

const ROUNDS = 40;

const rows = FILTERS.map(([what, filter]) => {
  const times: number[] = [];
  let outcome = "";
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    const verdict = evaluate(filter, ENTITY);
    syntaxProblem(filter);
    const { user, system } = process.cpuUsage(before);
    // The first rounds are of code that is not compiled yet.
    if (round >= ROUNDS / 2) times.push((user + system) / 1000);
    outcome = "error" in verdict ? verdict.error.kind : String(verdict.value);
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  return [what, outcome, median.toFixed(2), (times.at(-1) ?? 0).toFixed(2)];
});
process.stdout.write(table([["FILTER", "VERDICT", "CPU MS, MEDIAN", "WORST"], ...rows]));
