// What tests of scripts/fetch-asset.sh share: a real Worker, servers of archives, and machines with the tools they have.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request as send, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Ran } from "./command.ts";
import { startWorker } from "./harness.ts";
import { installed } from "./installed.ts";

export const SCRIPT = resolve("scripts/fetch-asset.sh");

/** How the file server answers a path: a body, a redirect, or a body of which only half arrives. */
export interface Served {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
  /** After half of the body, nothing more comes, or the connection is closed. */
  readonly half?: "stalls" | "breaks";
}

export interface Asked {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers each path as `served` says, and notes what it was asked. */
export function fileServer(served: ReadonlyMap<string, Served>, asked: Asked[]): RequestListener {
  return (request, response) => {
    asked.push({ url: request.url ?? "", headers: request.headers });
    const absent: Served = { status: 404, body: Buffer.from("<html>no</html>") };
    const answer = served.get(request.url ?? "") ?? served.get(decodeURI(request.url ?? "")) ?? absent;
    const { status = 200, headers = {}, body = Buffer.alloc(0), half } = answer;
    response.writeHead(status, { "Content-Length": body.length, ...headers });
    if (half === undefined) response.end(body);
    else {
      response.write(body.subarray(0, body.length / 2), () => {
        if (half === "breaks") setTimeout(() => response.destroy(), 50);
      });
    }
  };
}

/** A server on a free port of this machine. */
export async function listening(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export interface FetchWorld {
  /** Removed at the end. */
  readonly folder: string;
  /** Where the archives of `served` are. */
  readonly files: string;
  readonly served: Map<string, Served>;
  readonly asked: Asked[];
  /** Where the Worker is reached; what follows, up to the first slash, is a name for `down`. */
  readonly api: string;
  /** Questions to the Worker and the status it gave. */
  readonly questions: { readonly url: string; readonly status: number }[];
  /** Names under which the Worker is not reachable at present. */
  readonly down: Set<string>;
  readonly token: string;
  /** A token of these grants. */
  tokenFor(...grants: string[]): Promise<string>;
  put(name: string, build: Record<string, unknown>): Promise<void>;
  /** Serves an archive at a path and names its URL and digest. */
  serve(path: string, body: Buffer, rest?: Served): { url: string; sha512: string };
  /** An empty cache folder. */
  cache(): string;
  close(): Promise<void>;
}

export async function startFetchWorld(): Promise<FetchWorld> {
  const worker = await startWorker();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "fetch-asset-")));
  const [served, asked, down] = [new Map<string, Served>(), [] as Asked[], new Set<string>()];
  const questions: { url: string; status: number }[] = [];
  const files = await listening(fileServer(served, asked));
  const front = await listening((request, response) => {
    const [, name = "", path = ""] = /^\/([^/]*)(.*)$/.exec(request.url ?? "") ?? [];
    if (down.has(name)) {
      request.socket.destroy();
      return;
    }
    const { host: _, ...headers } = request.headers;
    send(`${worker.url}${path}`, { headers }, (answer) => {
      questions.push({ url: request.url ?? "", status: answer.statusCode ?? 0 });
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    }).end();
  });
  return {
    folder,
    files: files.url,
    served,
    asked,
    api: front.url,
    questions,
    down,
    token: worker.token,
    tokenFor: (...grants) => worker.tokenFor(...grants),
    async put(name, build) {
      const path = `/api/core/v2/namespaces/default/assets/${encodeURIComponent(name)}`;
      const answer = await worker.send("PUT", path, { body: JSON.stringify({ builds: [build] }) });
      if (answer.status !== 201) throw new Error(`PUT ${name}: ${answer.status} ${await answer.text()}`);
    },
    serve(path, body, rest = {}) {
      served.set(path, { body, ...rest });
      return { url: `${files.url}${path}`, sha512: createHash("sha512").update(body).digest("hex") };
    },
    cache: () => mkdtempSync(join(folder, "cache-")),
    async close() {
      files.close();
      front.close();
      await worker.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command with exactly this environment. */
export function runWith(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return new Promise((done) => {
    execFile("/usr/bin/env", ["-i", ...settings, ...command], (error, out, err) => {
      const code = error === null ? 0 : error.code;
      done({ code: typeof code === "number" ? code : -1, out, err });
    });
  });
}

const busybox = installed("busybox");

/** The shells the script promises to run in, and how each is started; undefined: not installed, or what sh is anyway. */
export const SHELLS: Readonly<Record<string, readonly string[] | undefined>> = {
  sh: ["/bin/sh"],
  dash: otherShell("dash"),
  bash: otherShell("bash"),
  "busybox sh": otherShell("busybox", "sh"),
};

function otherShell(program: string, ...args: string[]): readonly string[] | undefined {
  const path = installed(program);
  return path === undefined || realpathSync(path) === realpathSync("/bin/sh") ? undefined : [path, ...args];
}

/** What the script needs beside a client, tar, gzip and a digest. */
export const BASE_TOOLS =
  "awk cat chmod find grep head id ls mkdir mktemp mv rm sed sleep tail tr uname".split(" ");

/** The tools of a machine: true for this machine's own, "busybox" for its applet, else a shell script; false for none. */
export type Tools = Record<string, boolean | string>;

/** A folder for PATH that holds these tools and no others; undefined when this machine cannot provide one of them. */
export function toolFolder(parent: string, tools: Tools): string | undefined {
  const folder = mkdtempSync(join(parent, "tools-"));
  for (const [name, tool] of Object.entries(tools)) {
    const at = join(folder, name);
    if (tool === false) continue;
    if (typeof tool === "string" && tool !== "busybox") {
      writeFileSync(at, `#!/bin/sh\n${tool}\n`, { mode: 0o755 });
      continue;
    }
    const program = tool === "busybox" ? busybox : installed(name);
    if (program === undefined) return undefined;
    symlinkSync(program, at);
  }
  return folder;
}

export interface Member {
  readonly name: string;
  /** The type flag of tar: 0 file, 1 hard link, 2 symbolic link, 3 device, 5 folder, 6 fifo. */
  readonly type?: "0" | "1" | "2" | "3" | "5" | "6";
  readonly target?: string;
  readonly text?: string;
  readonly mode?: number;
  readonly owner?: string;
}

/** A tar archive with exactly these members, also such as no tar would write. */
export function tarOf(members: readonly Member[]): Buffer {
  const blocks = members.flatMap(({ name, type = "0", target = "", text = "", mode = 0o755, owner = "" }) => {
    const header = Buffer.alloc(512);
    const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
    header.write(name, 0);
    header.write(octal(mode, 7), 100);
    header.write(octal(12_345, 7), 108);
    header.write(octal(12_345, 7), 116);
    header.write(octal(Buffer.byteLength(text), 11), 124);
    header.write(octal(0, 11), 136);
    header.write("        ", 148);
    header.write(type, 156);
    header.write(target, 157);
    header.write("ustar\u000000", 257);
    header.write(owner, 265);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${octal(sum, 6)}\0 `, 148);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    body.write(text);
    return [header, body];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A folder below which a cache is not safe, as others may write to it. */
export function openToAll(folder: string): string {
  const open = mkdtempSync(join(folder, "open-"));
  mkdirSync(join(open, "cache"), { mode: 0o700 });
  execFileSync("chmod", ["0777", open]);
  return join(open, "cache");
}
