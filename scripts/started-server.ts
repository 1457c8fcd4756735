// A server of its own for a test: started as `npm start` does, on a free port, with data in a folder that goes with it.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { QUIET } from "./local.ts";

export interface StartedServer {
  readonly url: string;
  /** May do everything. */
  readonly token: string;
  /** The folder of its data. */
  readonly state: string;
  stop(): Promise<void>;
}

/** Between finding a free port and binding it another process may take it: then another port is tried. */
const PORTS_TRIED = 5;

/** Starts a server; `archives` is the port of the archives of examples/, which are not served without it. */
export async function startServer({ archives = 0 } = {}): Promise<StartedServer> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await startOnce(archives);
    } catch (error) {
      if (tried === PORTS_TRIED || !/is taken|address already in use/i.test(String(error))) throw error;
    }
  }
}

async function startOnce(archives: number): Promise<StartedServer> {
  const state = await mkdtemp(join(tmpdir(), "edge-assets-"));
  const port = await freePort();
  const options = ["--port", String(port), "--state", state, "--archives", String(archives)];
  const child = spawn("node", ["scripts/start.ts", ...options], {
    env: QUIET,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(state, { recursive: true, force: true });
  };
  try {
    return { url: `http://127.0.0.1:${port}`, token: await announcedToken(child), state, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A port of this machine that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** The token that the server prints when it is ready; what it says afterwards is read on and dropped. */
function announcedToken(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the server's output is not read");
  const said: string[] = [];
  createInterface({ input: stderr }).on("line", (line) => said.push(line));
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdout });
    lines.on("line", (line) => {
      const token = /^export SENSU_TOKEN=(\S+)$/.exec(line)?.[1];
      if (token === undefined) said.push(line);
      else resolve(token);
    });
    child.once("close", () => reject(new Error(`the server did not start:\n${said.join("\n")}`)));
  });
}
