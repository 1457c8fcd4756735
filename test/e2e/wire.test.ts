// What only a socket shows: headers of the connection, as the runtime's HTTP server takes and gives them.
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorker, type RunningWorker } from "../support/harness.ts";

let worker: RunningWorker;
beforeAll(async () => void (worker = await startWorker()));
afterAll(() => worker.close());

/** The head of the answer to these lines, which end a connection of their own. */
async function answerTo(lines: readonly string[], body: Uint8Array = new Uint8Array()): Promise<string> {
  const { hostname, port } = new URL(worker.url);
  const socket = connect(Number(port), hostname);
  socket.write(`${lines.join("\r\n")}\r\nHost: ${hostname}\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.write(body);
  const [data] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return data.toString();
}

const shake = (upgrade: string) => [
  "GET /version HTTP/1.1",
  "Connection: Upgrade",
  `Upgrade: ${upgrade}`,
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

it("a WebSocket handshake is 426", async () => {
  expect(await answerTo(shake("websocket"))).toMatch(/^HTTP\/1\.1 426 /);
});

it("an offer of HTTP/2 is ignored", async () => {
  expect(await answerTo(shake("h2c"))).toMatch(/^HTTP\/1\.1 200 /);
});

it("a gzip body is 415 and says what is taken", async () => {
  const head = [
    "POST /api/core/v2/namespaces/default/assets HTTP/1.1",
    `Authorization: Bearer ${worker.token}`,
    "Content-Type: application/json",
    "Content-Encoding: gzip",
  ];
  const answer = await answerTo(head, gzipSync("{}"));
  expect(answer).toMatch(/^HTTP\/1\.1 415 /);
  expect(answer).toMatch(/^accept-encoding: identity\r$/im);
});

it.each(["/version", "/docs", "/openapi.json", "/nowhere", "/api/core/v2/namespaces/default/assets"])(
  "HEAD of %s has one Content-Length, that of GET's body, and no body",
  async (path) => {
    const credential = `Authorization: Bearer ${worker.token}`;
    const head = await answerTo([`HEAD ${path} HTTP/1.1`, credential]);
    const get = await (await worker.send("GET", path)).arrayBuffer();
    const lengths = head.split("\r\n").filter((line) => /^content-length:/i.test(line));
    expect(lengths.map((line) => line.toLowerCase())).toEqual([`content-length: ${get.byteLength}`]);
    expect(head.endsWith("\r\n\r\n")).toBe(true);
  },
);

it.each([
  ["GET //auth", 301, "/auth"],
  ["POST //auth/token?a=b", 308, "/auth/token?a=b"],
  ["GET //example.com//x", 301, "/example.com/x"],
])("%s is %i, to %s", async (line, status, location) => {
  const answer = await answerTo([`${line} HTTP/1.1`]);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer.split("\r\n").find((header) => /^location:/i.test(header))).toMatch(
    new RegExp(`: ${location.replace("?", "\\?")}$`),
  );
});

it.each(["/./auth/test", "/api/../auth/test"])(
  "GET %s goes to /auth/test or is redirected there",
  async (path) => {
    expect(await answerTo([`GET ${path} HTTP/1.1`])).toMatch(/^HTTP\/1\.1 (?:401|301) /);
  },
);
