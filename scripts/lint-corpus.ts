// npm run lint:corpus -- FILE [--examples N] [--format table|json]: what lint finds in a file of definitions, counted.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readAsset } from "../src/definitions/decode.ts";
import type { Finding } from "../src/resolve/lint/linter.ts";
import { findingsIn } from "../src/resolve/lint/asset-findings.ts";
import { Linter } from "../src/resolve/lint/linter.ts";
import { table } from "./deployment.ts";

/** One rule over all definitions of a file. */
export interface RuleCount {
  readonly rule: string;
  readonly findings: number;
  readonly definitions: number;
  readonly examples: readonly string[];
}

/** Lints the definitions of a text: JSON lines or a JSON array, each bare or wrapped. */
export function lintCorpus(text: string, examples: number): { definitions: number; rules: RuleCount[] } {
  const bodies: unknown[] = text.trimStart().startsWith("[")
    ? (JSON.parse(text) as unknown[])
    : text
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line): unknown => JSON.parse(line));
  const found = new Map<string, { findings: number; definitions: Set<number>; examples: string[] }>();
  for (const [index, body] of bodies.entries()) {
    const written = readAsset(body);
    for (const finding of findingsIn(written, new Linter())) {
      const count = found.get(finding.rule) ?? { findings: 0, definitions: new Set(), examples: [] };
      count.findings += 1;
      count.definitions.add(index);
      if (count.examples.length < examples)
        count.examples.push(shown(written.asset.metadata?.name ?? "", finding));
      found.set(finding.rule, count);
    }
    if (process.stderr.isTTY && index % 50 === 0) process.stderr.write(`\r${index}/${bodies.length}`);
  }
  if (process.stderr.isTTY) process.stderr.write("\r");
  const rules = [...found].map(([rule, count]) => ({ ...count, rule, definitions: count.definitions.size }));
  return { definitions: bodies.length, rules: rules.sort((a, b) => b.findings - a.findings) };
}

function shown(name: string, { where, message }: Finding): string {
  return `${name} ${where}: ${message}`;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { examples: { type: "string", default: "0" }, format: { type: "string", default: "table" } },
  });
  const [file] = positionals;
  if (file === undefined)
    throw new Error("say which file: npm run lint:corpus -- definitions.jsonl [--examples 3]");
  const { definitions, rules } = lintCorpus(readFileSync(file, "utf8"), Number(values.examples));
  if (values.format === "json") {
    console.log(JSON.stringify({ definitions, rules }, null, 2));
    return;
  }
  const rows = rules.map(({ rule, findings, definitions: of }) => [rule, String(findings), String(of)]);
  process.stdout.write(table([["RULE", "FINDINGS", "DEFINITIONS"], ...rows]));
  console.log(`${definitions} definitions`);
  for (const { rule, examples } of rules) for (const example of examples) console.log(`${rule}: ${example}`);
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
