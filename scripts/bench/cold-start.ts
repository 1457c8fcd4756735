// From nothing to the first answer: workerd is started with one Worker and nothing else, so that its bundle counts.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { BundleName, Bundles } from "./bundles.ts";
import { carryOut } from "./load/client.ts";
import { progress } from "./progress.ts";
import { wireRequest } from "./requests.ts";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS, SECRET } from "./servers.ts";

export interface ColdStart {
  readonly name: string;
  /** Milliseconds, one a start: until workerd listens (the bundle has been parsed and run), and for the first answer. */
  readonly listening: readonly number[];
  readonly firstAnswer: readonly number[];
}

/** Ours answers 401 to a request without a token, once it has built everything; no store is asked. */
const CASES = [
  { name: "empty", status: 200 },
  { name: "ours", status: 401 },
] as const;

export async function measureColdStarts(
  bundles: Bundles,
  starts: number,
  folder: string,
): Promise<ColdStart[]> {
  const measured = CASES.map(({ name }) => ({
    name,
    listening: [] as number[],
    firstAnswer: [] as number[],
  }));
  for (const { name } of CASES) await writeFile(configFile(folder, name), config(name));
  for (let start = 0; start < starts; start += 1) {
    progress(`cold start: ${start + 1} of ${starts}`);
    for (const [index, { name, status }] of CASES.entries()) {
      if (!bundles.has(name)) continue;
      const { listening, firstAnswer } = await startOnce(configFile(folder, name), status);
      measured[index]!.listening.push(listening);
      measured[index]!.firstAnswer.push(firstAnswer);
    }
  }
  return measured.filter(({ listening }) => listening.length > 0);
}

async function startOnce(file: string, status: number): Promise<{ listening: number; firstAnswer: number }> {
  const { default: workerd } = createRequire(import.meta.url)("workerd") as { default: string };
  const began = performance.now();
  const child = spawn(workerd, ["serve", file, "--control-fd=3"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const ended = once(child, "exit");
  try {
    const control = createInterface({ input: child.stdio[3] as Readable });
    const [line] = (await Promise.race([once(control, "line"), ended.then(notStarted)])) as [string];
    const { port } = JSON.parse(line) as { port: number };
    const listening = performance.now() - began;
    const path = "/api/core/v2/namespaces/default/assets/any";
    const plan = { port, connections: 1, requests: [wireRequest({ path })], from: 0, status, head: null };
    const { p50: firstAnswer } = await carryOut({ ...plan, seconds: Infinity, count: 1 });
    return { listening, firstAnswer };
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

function notStarted(): never {
  throw new Error("workerd did not start");
}

function configFile(folder: string, name: BundleName): string {
  return join(folder, `${name}.capnp`);
}

function config(name: BundleName): string {
  const file = name === "ours" ? "ours/index.js" : `${name}/${name}.js`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "index.js", esModule = embed "${file}")],
    compatibilityDate = "${COMPATIBILITY_DATE}",
    compatibilityFlags = ${JSON.stringify(COMPATIBILITY_FLAGS)},
    bindings = [(name = "TOKEN_SECRET", text = "${SECRET}")],
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}
