// npm run bench:filters: what the worst filters there are make one request cost, in CPU time and memory, as a table. It
// looks for the worst: programs people thought of and programs put together by chance are tried alone, and the worst
// of them are sent in the largest definitions and sets that are legal. --check fails past the limits.
import { command, runOf } from "../command/command.ts";
import { runInProcess } from "../command/io.ts";
import { flag, valueOr, wholeNumber } from "../command/options.ts";
import { table } from "../command/table.ts";
import { calibrate, type Calibrated } from "./filters/calibrate.ts";
import { generatedPrograms, generatedTexts } from "./filters/generated.ts";
import {
  inputOf,
  KINDS,
  LIMIT_MS,
  prepareRequest,
  repeatedTexts,
  specialInputs,
  textInput,
  type Input,
  type Kind,
} from "./filters/inputs.ts";
import { measure } from "./filters/measure.ts";
import { NAMED } from "./filters/named.ts";
import { localServer } from "./filters/server.ts";

export const run = runOf(
  command({
    name: "npm run bench:filters --",
    summary: "measure what the worst filters there are make one request cost",
    options: {
      check: flag("--check", "fail past the limits"),
      programs: valueOr(
        "--programs <n>",
        "programs put together by chance",
        wholeNumber(0, 1_000_000),
        "200",
      ),
      seed: valueOr("--seed <n>", "where chance begins", wholeNumber(0, 999_999_999), "1"),
      worst: valueOr("--worst <n>", "so many of the worst programs are sent", wholeNumber(1, 1_000), "8"),
    },
    examples: ["npm run bench:filters -- --check", "npm run bench:filters -- --programs 1000 --seed 7"],
    exitCodes: { 0: "measured", 1: "an error, or with --check a request past its limit" },
    run: ({ options }) => measureFilters(options),
  }),
);

if (import.meta.main) await runInProcess(run);

interface Search {
  readonly check: boolean;
  readonly programs: number;
  readonly seed: number;
  readonly worst: number;
}

interface Row {
  readonly kind: Kind;
  readonly input: string;
  readonly status: number;
  readonly cpuMs: number;
  readonly peakMib: number;
}

function nsPerStep({ ms, steps }: Calibrated): number {
  return (ms * 1e6) / Math.max(1, steps);
}

async function measureFilters({ check, programs: wanted, seed, worst }: Search): Promise<number> {
  const programs = [...NAMED, ...generatedPrograms(wanted, seed)]
    .map(calibrate)
    .filter((program): program is Calibrated => program !== null)
    .toSorted((a, b) => nsPerStep(b) - nsPerStep(a));

  process.stdout.write(
    table([
      ["FILTER ALONE", "STEPS", "CPU MS", "NS A STEP"],
      ...programs
        .slice(0, 2 * worst)
        .map((program) => [
          program.name,
          String(program.steps),
          program.ms.toFixed(2),
          nsPerStep(program).toFixed(0),
        ]),
      ["", "", "", ""],
    ]),
  );

  const inputs: Input[] = [
    ...programs.slice(0, worst).map((program) => inputOf(program, KINDS)),
    ...specialInputs(),
    ...repeatedTexts(),
    ...generatedTexts(3 * worst, seed, 1_980).map((text, index) =>
      textInput(text, `read generated ${seed}.${index}`, ["put", "lint"]),
    ),
  ];

  const rows: Row[] = [];
  const serve = localServer();
  for (const input of inputs) {
    for (const kind of input.kinds) {
      const request = await prepareRequest(serve, input, kind);
      let status = 0;
      const cost = await measure(async () => {
        status = await request();
      });
      process.stderr.write(`${kind.padEnd(8)} ${input.name}: ${status}, ${cost.cpuMs.toFixed(0)} ms\n`);
      if (status >= 500) throw new Error(`${kind} of ${input.name}: ${status}`);
      rows.push({ kind, input: input.name, status, ...cost });
    }
  }

  const shown = KINDS.flatMap((kind) => {
    const of = rows.filter((row) => row.kind === kind);
    const byCpu = of.toSorted((a, b) => b.cpuMs - a.cpuMs).slice(0, 5);
    const byMemory = of.toSorted((a, b) => b.peakMib - a.peakMib).slice(0, 2);
    return [...new Set([...byCpu, ...byMemory])];
  });
  process.stdout.write(
    table([
      ["REQUEST", "WORST INPUTS", "STATUS", "CPU MS", "LIMIT", "PEAK MIB"],
      ...shown.map(({ kind, input, status, cpuMs, peakMib }) => [
        kind,
        input,
        String(status),
        cpuMs.toFixed(0),
        String(LIMIT_MS[kind]),
        peakMib.toFixed(0),
      ]),
    ]),
  );
  const over = rows.filter(({ kind, cpuMs }) => cpuMs > LIMIT_MS[kind]);
  process.stdout.write(
    `\n${rows.length} requests with ${programs.length} programs tried; ${over.length} past the limit\n`,
  );
  return check && over.length > 0 ? 1 : 0;
}
