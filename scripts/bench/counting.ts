// How often a request asks the stores: counted in a build of ours whose bindings count, after the clock has stopped.
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadProcess } from "./load/driver.ts";
import { progress } from "./progress.ts";
import type { Case, Group } from "./turns.ts";
import type { Counts } from "./workers/counts.ts";

/** Calls a request, on average. */
export interface Calls {
  readonly group: string;
  readonly name: string;
  /** Statements and batches: each a way to D1 and back. */
  readonly d1: number;
  readonly kvReads: number;
  readonly kvWrites: number;
}

/** Requests that are counted. */
const COUNTED = 20;
/** Milliseconds after which what goes on behind an answer is over; after a write the journal is published in a second. */
const AFTER_READ = 100;
const AFTER_WRITE = 1_500;

export async function countCalls(load: LoadProcess, { name: group, cases }: Group): Promise<Calls[]> {
  const counted: Calls[] = [];
  for (const one of cases.filter(({ contender }) => contender === "ours")) {
    progress(`${group}: counting calls of ${one.name}`);
    counted.push({ group, name: one.name, ...(await callsOf(load, one)) });
  }
  return counted;
}

async function callsOf(load: LoadProcess, { server, requests, status, head }: Case) {
  const afterwards = requests[0]!.startsWith("GET ") ? AFTER_READ : AFTER_WRITE;
  const port = server.port("counted");
  const plan = { port, connections: 1, requests, status, seconds: Infinity, count: COUNTED };
  await server.beat("ours");
  await load.run({ ...plan, from: 0, head: null });
  await sleep(afterwards);
  const before = await countsAt(port);
  // Asked once more, memory has them; to see KV answer, others must be asked for.
  await load.run({ ...plan, from: head === "X-Cache: KV" ? COUNTED : 0, head });
  await sleep(afterwards);
  const after = await countsAt(port);
  return {
    d1: (after.queries + after.batches - before.queries - before.batches) / COUNTED,
    kvReads: (after.kvGets - before.kvGets) / COUNTED,
    kvWrites: (after.kvPuts - before.kvPuts) / COUNTED,
  };
}

async function countsAt(port: number): Promise<Counts> {
  return (await (await fetch(`http://127.0.0.1:${port}/counts`)).json()) as Counts;
}
