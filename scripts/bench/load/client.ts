// A client that costs little, so that the server is what is measured: requests are bytes made before the clock runs,
// one at a time on each connection; of an answer it looks at the status, the wanted header and the length.
import { connect, type Socket } from "node:net";
import { Latencies } from "./latencies.ts";

/** What to send and what must come back. */
export interface Plan {
  readonly port: number;
  readonly connections: number;
  /** Each a whole HTTP/1.1 request; sent in turn, from the first on, by whichever connection is free. */
  readonly requests: readonly string[];
  /** Where in `requests` to start. */
  readonly from: number;
  readonly status: number;
  /** A text that the head of each answer must hold, such as `X-Cache: MEMORY`; null for none. */
  readonly head: string | null;
  /** Stops after so many seconds or so many requests, whichever comes first. */
  readonly seconds: number;
  readonly count: number;
}

export interface Sent {
  readonly requests: number;
  readonly seconds: number;
  /** Bytes of heads and bodies that came. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Share of one core that the client took. */
  readonly clientCpu: number;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = /\r\ncontent-length: (\d+)/i;
const READ_BYTES = 256 * 1024;

/** Carries a plan out. Throws at the first answer that is not as planned. */
export function carryOut(plan: Plan): Promise<Sent> {
  const requests = plan.requests.map((text) => Buffer.from(text));
  const wanted = plan.head === null ? null : Buffer.from(plan.head);
  const latencies = new Latencies();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const deadline = started + plan.seconds * 1000;
  let next = plan.from % requests.length;
  let sent = 0;
  let answered = 0;
  let bytes = 0;
  let open = plan.connections;

  return new Promise((resolve, reject) => {
    const sockets: Socket[] = [];
    const fail = (error: Error) => {
      for (const socket of sockets) socket.destroy();
      reject(error);
    };
    const finish = () => {
      open -= 1;
      if (open > 0) return;
      const seconds = (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      const clientCpu = (user + system) / 1e6 / seconds;
      resolve({ requests: answered, seconds, bytes, ...latencies.summary(), clientCpu });
    };

    for (let connection = 0; connection < plan.connections; connection += 1) {
      let sentAt = 0;
      let held: Buffer | null = null;
      /** Bytes of a body that are still to come. */
      let owed = 0;
      const send = () => {
        sentAt = performance.now();
        if (sentAt >= deadline || sent >= plan.count) {
          socket.destroy();
          finish();
          return;
        }
        sent += 1;
        socket.write(requests[next]!);
        next = next + 1 === requests.length ? 0 : next + 1;
      };
      const read = (part: Buffer) => {
        bytes += part.length;
        if (owed > 0) {
          owed -= part.length;
        } else {
          const answer: Buffer = held === null ? part : Buffer.concat([held, part]);
          const end = answer.indexOf(HEAD_END);
          if (end === -1) {
            held = Buffer.from(answer);
            return;
          }
          held = null;
          const head = answer.toString("latin1", 0, end);
          const problem = problemOf(head, answer, end);
          if (problem !== null) return fail(new Error(`${problem}:\n${head}`));
          const length = plan.status === 304 || plan.status === 204 ? 0 : Number(LENGTH.exec(head)![1]);
          owed = end + HEAD_END.length + length - answer.length;
        }
        if (owed > 0) return;
        answered += 1;
        latencies.add(performance.now() - sentAt);
        send();
      };
      const problemOf = (head: string, answer: Buffer, end: number): string | null => {
        if (Number(head.slice(9, 12)) !== plan.status) return `the status is not ${plan.status}`;
        if (wanted !== null) {
          const at = answer.indexOf(wanted);
          if (at === -1 || at > end) return `the answer has no "${plan.head}"`;
        }
        if (plan.status !== 304 && plan.status !== 204 && !LENGTH.test(head))
          return "the answer has no length";
        return null;
      };
      const socket = connect({
        host: "127.0.0.1",
        port: plan.port,
        noDelay: true,
        onread: {
          buffer: Buffer.allocUnsafe(READ_BYTES),
          callback(length, buffer) {
            read(Buffer.from(buffer.buffer, buffer.byteOffset, length));
            return true;
          },
        },
      });
      sockets.push(socket);
      socket.once("connect", send);
      socket.once("error", fail);
    }
  });
}
