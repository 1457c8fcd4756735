// A host on this machine that serves archives in every way that hosts do, by the path that is asked for.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { AddressInfo } from "node:net";

/** The bytes of an archive of this name: gzip, so that they look like one. */
export function bytesOf(name: string): Buffer {
  return gzipSync(`the archive ${name}`, { level: 0 });
}

export function digestOf(bytes: Uint8Array): string {
  return createHash("sha512").update(bytes).digest("hex");
}

/** A request as the host has seen it. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

export interface ArchiveHost {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly port: number;
  readonly seen: SeenRequest[];
  /** What paths answer besides the usual; may be changed at any time. */
  readonly served: Map<string, (request: IncomingMessage, response: ServerResponse) => void>;
  readonly close: () => Promise<void>;
}

/** How the host answers a path. `/ok/NAME` has the bytes of NAME; the other paths misbehave. */
const USUAL: Readonly<
  Record<string, (request: IncomingMessage, response: ServerResponse, origin: string) => void>
> = {
  "/html": (_, response) => html(response, 200),
  "/gone": (_, response) => html(response, 404),
  "/secret": (request, response) =>
    request.headers["x-secret"] === "s3cret" ? whole(response, bytesOf("secret")) : html(response, 403),
  "/limited": (_, response) => {
    response.writeHead(429, { "Retry-After": "120" }).end();
  },
  "/broken": (_, response) => html(response, 500),
  "/endless": (_, response) => {
    response.writeHead(200, { "Content-Type": "application/gzip" });
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
    };
    response.on("drain", more);
    more();
  },
  "/stalled": (_, response) => {
    response.writeHead(200, { "Content-Length": "1000" }).write("x");
  },
  "/silent": () => undefined,
  "/short": (_, response) => {
    response.writeHead(200, { "Content-Length": "1000" }).write("x", () => response.destroy());
  },
  "/chunked": (_, response) => {
    response.writeHead(200, { "Content-Type": "application/gzip" });
    response.write(
      bytesOf("chunked").subarray(0, 5),
      () => void response.end(bytesOf("chunked").subarray(5)),
    );
  },
  "/encoded": (_, response) => {
    const bytes = gzipSync(bytesOf("encoded"));
    response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": bytes.length }).end(bytes);
  },
  "/lying-304": (_, response) => {
    response.writeHead(304).end();
  },
  "/empty": (_, response) => {
    response.writeHead(200, { "Content-Length": "0" }).end();
  },
  "/loop": (_, response, origin) => redirect(response, `${origin}/loop`),
  "/to-file": (_, response) => redirect(response, "file:///etc/passwd"),
  "/to-data": (_, response) => redirect(response, "data:text/plain,x"),
  "/to-ftp": (_, response) => redirect(response, "ftp://ftp.example.com/x"),
  "/to-user": (_, response, origin) => redirect(response, origin.replace("//", "//user:pass@") + "/ok/a"),
  "/to-nothing": (_, response) => redirect(response, "http://"),
};

/** Starts a host. */
export async function archiveHost(): Promise<ArchiveHost> {
  const seen: SeenRequest[] = [];
  const served: ArchiveHost["served"] = new Map();
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "/";
    seen.push({ path, headers: request.headers });
    response.on("error", () => undefined);
    const own = served.get(path) ?? USUAL[path];
    if (own !== undefined) return own(request, response, origin);
    const [, name] = /^\/ok\/(.+)$/.exec(path) ?? [];
    if (name !== undefined) return whole(response, bytesOf(name));
    const [, target] = /^\/to\/(.+)$/.exec(path) ?? [];
    if (target !== undefined) return redirect(response, decodeURIComponent(target));
    return html(response, 404);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    port,
    seen,
    served,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

/** Answers with all bytes, and a tag that is their digest. */
export function whole(response: ServerResponse, bytes: Buffer): void {
  const etag = `"${digestOf(bytes).slice(0, 16)}"`;
  response
    .writeHead(200, { "Content-Type": "application/gzip", "Content-Length": bytes.length, ETag: etag })
    .end(bytes);
}

export function html(response: ServerResponse, status: number): void {
  response.writeHead(status, { "Content-Type": "text/html" }).end("<!DOCTYPE html><title>Log in</title>");
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { Location: location }).end();
}
