// A server before a Worker that passes on what it is asked, notes it, and may answer or fail in the Worker's place.
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { RunningWorker } from "./harness.ts";

/** A request as it arrived. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

export interface BeforeWorker {
  readonly url: string;
  /** Every request so far, oldest first. */
  readonly asked: Asked[];
  /** What answers instead of the Worker; null passes the request on. */
  answer: (asked: Asked) => Promise<Response | null> | Response | null;
  close(): Promise<void>;
}

/** Starts one. */
export async function startBefore(worker: RunningWorker): Promise<BeforeWorker> {
  const before: BeforeWorker = { url: "", asked: [], answer: () => null, close };
  const server = createServer(async (request, response) => {
    const asked = await read(request);
    before.asked.push(asked);
    const answer = (await before.answer(asked)) ?? (await passedOn(worker, asked, request));
    const headers = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, headers);
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return Object.assign(before, { url: `http://127.0.0.1:${port}` });

  function close(): Promise<void> {
    server.closeAllConnections();
    return new Promise((closed) => {
      server.close(() => closed());
    });
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const { method = "GET", url = "/" } = request;
  return { method, url: new URL(url, "http://before"), body: await text(request) };
}

function passedOn(
  worker: RunningWorker,
  { method, url, body }: Asked,
  request: IncomingMessage,
): Promise<Response> {
  const { authorization = "", "if-match": match } = request.headers;
  return worker.send(method, `${url.pathname}${url.search}`, {
    body: method === "GET" ? undefined : body,
    headers: { Authorization: authorization, ...(match === undefined ? {} : { "If-Match": match }) },
  });
}
