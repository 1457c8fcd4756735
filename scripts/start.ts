// npm start [-- --port N --state DIR]
// Migrates the local D1, serves the Worker on loopback and prints a token for everything.
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { DEFAULT_STATE, localToken, QUIET, secretsFile } from "./local.ts";

const HOST = "127.0.0.1";
const TOKEN_SECONDS = 30 * 86_400;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    state: { type: "string", default: DEFAULT_STATE },
  },
});
const url = `http://${HOST}:${values.port}`;

await refuseTakenPort(Number(values.port));
migrate(values.state);
await serve(values.state);

async function refuseTakenPort(port: number): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) fail(`"${values.port}" is not a port`);
  await new Promise<void>((free) => {
    const probe = createServer()
      .once("error", () => fail(`port ${port} is taken; pick another: npm start -- --port ${port + 1}`))
      .listen(port, HOST, () => probe.close(() => free()));
  });
}

function migrate(state: string): void {
  console.log(`Migrating the local database in ${state}`);
  const result = spawnSync(
    "wrangler",
    ["d1", "migrations", "apply", "DB", "--local", "--persist-to", state],
    {
      env: { ...QUIET, CI: "true" },
      encoding: "utf8",
    },
  );
  if (result.status !== 0) fail(`the migration failed:\n${result.stdout}${result.stderr}`);
}

async function serve(state: string): Promise<void> {
  const secrets = await secretsFile(state);
  const args = ["dev", "--ip", HOST, "--port", values.port, "--persist-to", state, "--env-file", secrets];
  // A secret of the environment would go before that of the folder, and the token below would not hold.
  const { TOKEN_SECRET: _, ...env } = QUIET as NodeJS.ProcessEnv;
  const child = spawn("wrangler", [...args, "--show-interactive-dev-session=false"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(ready ? 0 : (code ?? 1)));

  let ready = false;
  const early: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (ready) {
      console.log(line);
    } else if (line.includes("Ready on")) {
      ready = true;
      await announce(state);
    } else {
      early.push(line);
    }
  }
  if (!ready) fail(`the Worker did not start:\n${early.join("\n")}`);
}

async function announce(state: string): Promise<void> {
  const token = await localToken({
    state,
    grants: ["admin@*"],
    name: "admin",
    ttlSeconds: TOKEN_SECONDS,
    issuer: url,
  });
  console.log(`Ready on ${url}`);
  console.log(`export SENSU_TOKEN=${token}`);
  console.log(
    `Try: curl -H "Authorization: Bearer $SENSU_TOKEN" ${url}/api/core/v2/namespaces/default/assets`,
  );
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
