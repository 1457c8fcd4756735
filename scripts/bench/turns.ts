// Measures in turns: A B C, A B C, ... so that whatever else the machine does meets all of them alike.
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadProcess } from "./load/driver.ts";
import type { Sent } from "./load/client.ts";
import { cpuSeconds } from "./process-stat.ts";
import { progress } from "./progress.ts";
import type { Server } from "./servers.ts";

/** Who is asked what. */
export interface Case {
  /** Unique within its group, such as `hot GET`. */
  readonly name: string;
  readonly contender: string;
  readonly server: Server;
  readonly worker: string;
  readonly requests: readonly string[];
  readonly status: number;
  /** What the head of every answer must hold; null for nothing in particular. */
  readonly head: string | null;
  /** Whether the Worker's cron is run before each turn, as it is each minute in production. */
  readonly cron: boolean;
  /** Whether each request is sent once before the first turn, so that every store has what it will have. */
  readonly pass: boolean;
  /** The case of the same group that this one is measured by; null for none. */
  readonly beside: string | null;
}

/** Cases that are compared with each other, at one number of connections. */
export interface Group {
  readonly name: string;
  readonly connections: number;
  readonly cases: readonly Case[];
}

export interface Round {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of CPU that workerd took for a request; null where the system does not tell. */
  readonly cpuMicros: number | null;
  /** Shares of one core. */
  readonly serverCpu: number | null;
  readonly clientCpu: number;
  readonly bytes: number;
}

export interface Measured {
  readonly group: string;
  readonly connections: number;
  readonly name: string;
  readonly contender: string;
  /** The case of the same group and connections that this one is measured by; null for none. */
  readonly beside: string | null;
  readonly rounds: readonly Round[];
}

export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds of load before the first turn, for the compiler of the runtime. */
  readonly warmUp: number;
}

/** Seconds of load before each turn that count for nothing. */
const SETTLE = 0.1;
/** Milliseconds for which ours leaves a slow KV alone, and one more second. */
const BREAKER_MS = 11_000;

export async function measureInTurns(load: LoadProcess, group: Group, effort: Effort): Promise<Measured[]> {
  const { connections, cases } = group;
  const rounds = cases.map((): Round[] => []);
  /** Where each case goes on in its requests. */
  const positions = cases.map(() => 0);
  const send = async (index: number, seconds: number, strict: boolean, count = Infinity): Promise<Sent> => {
    const { server, worker, requests, status, head, name, contender } = cases[index]!;
    const from = positions[index]!;
    const plan = { port: server.port(worker), connections, requests, from, status, seconds, count };
    const sent = await load.run({ ...plan, head: strict ? head : null }).catch((error: unknown) => {
      throw new Error(`${contender}, ${name}, ${connections} connections: ${String(error)}`);
    });
    positions[index] = from + sent.requests;
    return sent;
  };
  for (const [index, { name, server, worker, requests, cron, pass }] of cases.entries()) {
    progress(`${group.name}, ${connections} connections: warming up ${name}`);
    if (cron) await server.beat(worker);
    if (pass) await send(index, Infinity, false, requests.length);
    await send(index, effort.warmUp, false);
  }
  for (let round = 0; round < effort.rounds; round += 1) {
    progress(`${group.name}, ${connections} connections: round ${round + 1} of ${effort.rounds}`);
    for (const [index, { server, worker, cron }] of cases.entries()) {
      if (cron) await server.beat(worker);
      const turn = async () => {
        await send(index, SETTLE, false);
        const before = cpuSeconds(server.pid);
        const sent = await send(index, effort.seconds, true);
        const after = cpuSeconds(server.pid);
        return roundOf(sent, before === null || after === null ? null : after - before);
      };
      rounds[index]!.push(await onceAgain(turn));
    }
  }
  return cases.map(({ name, contender, beside }, index) => ({
    group: group.name,
    connections,
    name,
    contender,
    beside,
    rounds: rounds[index]!,
  }));
}

/**
 * A turn, and a second one when an answer was not as planned: on a busy machine KV takes longer than ours waits for it,
 * which then leaves KV alone for a while. What fails twice is wrong.
 */
async function onceAgain<T>(turn: () => Promise<T>): Promise<T> {
  try {
    return await turn();
  } catch (error) {
    progress(`once more, since ${String(error)}`);
    await sleep(BREAKER_MS);
    return turn();
  }
}

function roundOf({ requests, seconds, bytes, p50, p99, clientCpu }: Sent, cpu: number | null): Round {
  return {
    perSecond: requests / seconds,
    p50,
    p99,
    cpuMicros: cpu === null ? null : (cpu * 1e6) / requests,
    serverCpu: cpu === null ? null : cpu / seconds,
    clientCpu,
    bytes: bytes / requests,
  };
}
