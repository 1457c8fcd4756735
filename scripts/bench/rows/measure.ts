// Runs operations one request after another, and looks at what each of their statements read.
import { cpuSeconds } from "../process-stat.ts";
import { load } from "../filling.ts";
import { bearer } from "../requests.ts";
import type { Server } from "../servers.ts";
import { median } from "../statistics.ts";
import type { StatementCost } from "../workers/statement-cost.ts";
import type { Operation } from "./operations.ts";

/** Requests of an operation that says nothing else. */
const REQUESTS = 5;
/** What goes on behind an answer, as publishing the journal, is over after this: it belongs to the request. */
const AFTERWARDS_MS = 150;
/** A statement may read so many rows for each that it returns or changes, */
export const ROWS_FOR_ONE = 10;
/** and so many whatever it returns. */
const CONSTANT = 100;

export interface Measured {
  readonly name: string;
  /** Milliseconds, the median of the requests. */
  readonly ms: number;
  /** Milliseconds of CPU of workerd a request, its databases included; null where the system does not tell. */
  readonly cpuMs: number | null;
  /** Of one request: statements, and their rows. */
  readonly statements: number;
  readonly rowsRead: number;
  readonly rowsUsed: number;
  /** The most rows that a statement read for one that it returned or changed. */
  readonly ratio: number;
  /** Statements that read more than they may. */
  readonly exceeding: readonly StatementCost[];
}

export async function measure(server: Server, operation: Operation): Promise<Measured> {
  const {
    name,
    before = [],
    constant = CONSTANT,
    times: requests = REQUESTS,
    grants = "admin@*",
  } = operation;
  const headers = { Authorization: await bearer(grants), "Content-Type": "application/json" };
  await server.beat("recorded");
  if (before.length > 0) await load(server, { sql: before });
  await takeStatements(server);
  const times: number[] = [];
  const costs: StatementCost[] = [];
  const cpuBefore = cpuSeconds(server.pid);
  for (let n = 0; n < requests; n += 1) {
    const started = performance.now();
    await run(server, operation, n, headers);
    times.push(performance.now() - started);
    await new Promise((done) => setTimeout(done, AFTERWARDS_MS));
    costs.push(...(await takeStatements(server)));
  }
  const cpuAfter = cpuSeconds(server.pid);
  const sum = (of: (cost: StatementCost) => number) =>
    costs.reduce((all, cost) => all + of(cost), 0) / requests;
  return {
    name,
    ms: median(times),
    cpuMs: cpuBefore === null || cpuAfter === null ? null : ((cpuAfter - cpuBefore) / requests) * 1000,
    statements: costs.length / requests,
    rowsRead: sum(({ rowsRead }) => rowsRead),
    rowsUsed: sum(usedBy),
    ratio: Math.max(0, ...costs.map((cost) => cost.rowsRead / Math.max(1, usedBy(cost)))),
    exceeding: costs.filter((cost) => exceeds(cost, constant)),
  };
}

/** Whether a statement reads more rows than ten times those it returns or changes, and so many more. */
export function exceeds(cost: StatementCost, constant: number): boolean {
  return cost.rowsRead > ROWS_FOR_ONE * usedBy(cost) + constant;
}

function usedBy({ rowsReturned, rowsChanged }: StatementCost): number {
  return rowsReturned + rowsChanged;
}

async function run(
  server: Server,
  { name, request, status }: Operation,
  n: number,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  if (request === "cron") return server.beat("recorded");
  const { method, path, headers: own, body } = request(n);
  const init: RequestInit = { method, headers: { ...headers, ...own }, redirect: "manual" };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await fetch(`http://127.0.0.1:${server.port("recorded")}${path}`, init);
  const text = await answer.text();
  if (answer.status !== status)
    throw new Error(`${name}: ${method} ${path} is ${answer.status}: ${text.slice(0, 300)}`);
}

async function takeStatements(server: Server): Promise<StatementCost[]> {
  const answer = await fetch(`http://127.0.0.1:${server.port("recorded")}/statements`);
  return (await answer.json()) as StatementCost[];
}
