// What the same requests cost where there are 1, 1,000 and 20,000 namespaces, measured in turns.
import { join } from "node:path";
import type { Bundles } from "../bundles.ts";
import { load, migrate } from "../filling.ts";
import { cpuSeconds } from "../process-stat.ts";
import { progress } from "../progress.ts";
import { bearer } from "../requests.ts";
import { startServer, type Server } from "../servers.ts";
import { median } from "../statistics.ts";
import { measure, type Measured } from "./measure.ts";
import type { Operation, Sent } from "./operations.ts";

const COUNTS = [1, 1_000, 20_000];
/** What the most namespaces may cost, measured by one. */
const MOST = 1.25;
const ROUNDS = 3;
const REQUESTS = 10;
const COLD_STARTS = 5;
const ASSETS = 100;
/** Commits after those that made the namespaces: more than a journal holds. */
const COMMITS = 2_500;
const ASSETS_PATH = "/api/core/v2/namespaces/default/assets";

/** A figure for each count of namespaces, in their order. */
interface Growth {
  readonly name: string;
  readonly values: readonly number[];
  /** Whether it may be judged: time that others take away may not, where the CPU time is known. */
  readonly judged: boolean;
}

const sent = (method: string, path: string, headers: Sent["headers"] = {}): Sent => ({
  method,
  path,
  headers,
});
const nameOf = (n: number) => `tool-${n % ASSETS}`;
const definition = (n: number, version: number) => ({
  metadata: { name: nameOf(n), namespace: "default" },
  url: `https://assets.example.com/${nameOf(n)}_${version}.tar.gz`,
  sha512: "0f".repeat(64),
});
const put = (n: number, version: number): Sent => ({
  ...sent("PUT", `${ASSETS_PATH}/${nameOf(n)}`),
  body: definition(n, version),
});
const AGENT = "view@*";

const OPERATIONS: readonly Operation[] = [
  { name: "PUT", request: (n) => put(n, Date.now()), status: 201 },
  { name: "hot GET", request: (n) => sent("GET", `${ASSETS_PATH}/${nameOf(n)}`), status: 200, grants: AGENT },
  {
    name: "list of 100, from D1",
    request: () => sent("GET", `${ASSETS_PATH}?limit=100`, { "Cache-Control": "no-cache" }),
    status: 200,
  },
];

/** The figures of all operations, the start of an isolate and the journal. */
export async function measureNamespaces(bundles: Bundles, folder: string): Promise<Growth[]> {
  const start = (count: number) =>
    startServer({ bundles, workers: ["recorded", "loader"], folder: join(folder, `namespaces-${count}`) });
  const servers: Server[] = [];
  try {
    for (const count of COUNTS) {
      progress(`filling ${count.toLocaleString("en")} namespaces`);
      const server = await start(count);
      servers.push(server);
      await migrate(server);
      await fill(server, count);
    }
    const growths: Growth[] = [];
    for (const operation of OPERATIONS) growths.push(...(await inTurns(servers, operation)));
    const bytes = await Promise.all(servers.map(journalBytes));
    growths.push({ name: "bytes of the journal", values: bytes, judged: true });
    const cold = COUNTS.map((): FirstAnswer[] => []);
    for (let round = 0; round < COLD_STARTS; round += 1) {
      progress(`start of an isolate: ${round + 1} of ${COLD_STARTS}`);
      for (const [index, count] of COUNTS.entries()) {
        await servers[index]!.stop();
        servers[index] = await start(count);
        cold[index]!.push(await firstAnswer(servers[index]));
      }
    }
    const figure = (of: (answer: FirstAnswer) => number) => cold.map((all) => median(all.map(of)));
    return [
      ...growths,
      ...timed(
        "first GET of an isolate",
        figure(({ cpuMs }) => cpuMs),
        figure(({ ms }) => ms),
      ),
    ];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** A table, a row a figure. */
export function namespacesReport(growths: readonly Growth[]): string {
  const head = [
    "",
    "1 namespace",
    ...COUNTS.slice(1).map((count) => `${count.toLocaleString("en")} namespaces`),
    "most to one",
  ];
  const rows = growths.map((growth) => [
    growth.name,
    ...growth.values.map((value) => value.toFixed(value < 100 ? 1 : 0)),
    ratioOf(growth).toFixed(2),
  ]);
  return `${[head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}

/** A line for each figure that grows with namespaces by more than it may. */
export function namespacesComplaints(growths: readonly Growth[]): string[] {
  return growths.flatMap((growth) =>
    growth.judged && ratioOf(growth) > MOST
      ? [`${growth.name}: ${ratioOf(growth).toFixed(2)} times what it is with one namespace, over ${MOST}`]
      : [],
  );
}

function ratioOf({ values }: Growth): number {
  const [one = 0] = values;
  return Math.max(...values) / Math.max(one, Number.MIN_VALUE);
}

async function inTurns(servers: readonly Server[], operation: Operation): Promise<Growth[]> {
  const rounds = servers.map((): Measured[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    progress(`${operation.name}: round ${round + 1} of ${ROUNDS}`);
    for (const [index, server] of servers.entries()) {
      rounds[index]!.push(await measure(server, { ...operation, times: REQUESTS }));
    }
  }
  const figure = (of: (measured: Measured) => number) => rounds.map((all) => median(all.map(of)));
  const rows = figure(({ rowsRead }) => rowsRead);
  return [
    ...timed(
      operation.name,
      figure(({ cpuMs }) => cpuMs ?? 0),
      figure(({ ms }) => ms),
    ),
    ...(Math.max(...rows) === 0
      ? []
      : [{ name: `${operation.name}: rows read`, values: rows, judged: true }]),
  ];
}

/** Milliseconds of CPU, of which there are none where the system does not say, and of time. */
function timed(name: string, cpu: readonly number[], time: readonly number[]): Growth[] {
  const known = Math.max(...cpu) > 0;
  return [
    ...(known ? [{ name: `${name}: CPU ms`, values: cpu, judged: true }] : []),
    { name: `${name}: ms`, values: time, judged: !known },
  ];
}

/** Namespaces with the commits that made them, and assets in the first. */
async function fill(server: Server, count: number): Promise<void> {
  await load(server, {
    json: JSON.stringify({ count, commits: COMMITS }),
    sql: [
      `INSERT OR IGNORE INTO namespaces (name, seq, created_by, created_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 ->> 'count')
       SELECT CASE i WHEN 1 THEN 'default' ELSE printf('ns-%05d', i) END, i, 'bench', 0 FROM n`,
      `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at)
       SELECT ROW_NUMBER() OVER (ORDER BY name), 'namespace', '', name, 'create', 'bench', 0 FROM namespaces
       WHERE ?1 IS NOT NULL`,
      `INSERT INTO revisions (seq, kind, namespace, name, action, definition, principal, at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 ->> 'commits')
       SELECT (?1 ->> 'count') + i, 'asset', 'default', 'earlier-' || i, 'create', '{}', 'bench', 0 FROM n`,
      "UPDATE meta SET seq = (?1 ->> 'count') + (?1 ->> 'commits')",
    ],
  });
  const headers = { Authorization: await bearer("admin@*"), "Content-Type": "application/json" };
  for (let n = 0; n < ASSETS; n += 1) await ask(server, put(n, 0), headers);
}

interface FirstAnswer {
  readonly ms: number;
  /** 0 where the system does not say. */
  readonly cpuMs: number;
}

async function firstAnswer(server: Server): Promise<FirstAnswer> {
  const headers = { Authorization: await bearer(AGENT) };
  const before = cpuSeconds(server.pid) ?? 0;
  const started = performance.now();
  await ask(server, sent("GET", `${ASSETS_PATH}/${nameOf(0)}`), headers);
  const ms = performance.now() - started;
  return { ms, cpuMs: 1000 * ((cpuSeconds(server.pid) ?? 0) - before) };
}

async function journalBytes(server: Server): Promise<number> {
  await server.beat("recorded");
  return (await ask(server, sent("GET", "/journal"), {})).length;
}

async function ask(
  server: Server,
  { method, path, body }: Sent,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const init: RequestInit = { method, headers: { ...headers } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await fetch(`http://127.0.0.1:${server.port("recorded")}${path}`, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} is ${answer.status}: ${text.slice(0, 300)}`);
  return text;
}
