// npm run test:clients
// Real clients against a server started for them: the playbooks of test/clients/ansible, by Basic login and by API key.
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, runOf } from "./command/command.ts";
import { runInProcess } from "./command/io.ts";
import { startServer, type StartedServer } from "./started-server.ts";

const PLAYBOOKS = "test/clients/ansible";
const INSTALL = "apt-get install --no-install-recommends ansible";

/** Ansible without colours, warnings and proxies; it refuses to run outside UTF-8. */
const QUIET_ANSIBLE = {
  ANSIBLE_NOCOLOR: "1",
  ANSIBLE_LOCALHOST_WARNING: "false",
  ANSIBLE_PIPELINING: "true",
  ANSIBLE_RETRY_FILES_ENABLED: "false",
  LC_ALL: "C.UTF-8",
  no_proxy: "127.0.0.1",
};

/** How a client is told who it is; each works in a namespace of its own, so that they may run side by side. */
interface Login {
  readonly title: string;
  readonly namespace: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

export const run = runOf(
  command({
    name: "npm run test:clients --",
    summary: "run the stories of real clients against a server started for them",
    options: {},
    examples: ["npm run test:clients"],
    exitCodes: { 0: "all passed, or a client is not installed", 1: "one failed" },
    async run({ io }) {
      const missing = missingClient();
      if (missing !== null) {
        io.stdout.write(
          `skipped: ${missing}; to run these stories, as root on Debian or Ubuntu:\n  ${INSTALL}\n`,
        );
        return 0;
      }
      const { passed, failed } = await withServer(runStories);
      io.stdout.write(`\n${passed} passed, ${failed} failed\n`);
      return failed === 0 ? 0 : 1;
    },
  }),
);

if (import.meta.main) await runInProcess(run);

function missingClient(): string | null {
  const environment = { ...process.env, ...QUIET_ANSIBLE };
  const list = ["collection", "list", "sensu.sensu_go"];
  const listed = spawnSync("ansible-galaxy", list, { env: environment, encoding: "utf8" });
  if (listed.error !== undefined) return "Ansible is not installed";
  return listed.stdout.includes("sensu.sensu_go") ? null : "Ansible lacks the collection sensu.sensu_go";
}

async function withServer(
  stories: (server: StartedServer, home: string) => Promise<Outcome>,
): Promise<Outcome> {
  const home = await mkdtemp(join(tmpdir(), "edge-assets-ansible-"));
  const server = await startServer();
  try {
    return await stories(server, home);
  } finally {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function runStories(server: StartedServer, home: string): Promise<Outcome> {
  const operator = await makeKey(server, "operator", ["admin@*"]);
  const shared = {
    ...QUIET_ANSIBLE,
    ANSIBLE_HOME: home,
    ANSIBLE_LOCAL_TEMP: join(home, "tmp"),
    SENSU_URL: server.url,
    VIEW_KEY: await makeKey(server, "viewer", ["view@*"]),
    REVOKED_KEY: await revokedKey(server),
    OPERATOR_KEY: operator,
  };
  const outcomes = await Promise.all(
    (await logins(server, operator)).map((login) => storiesOf(login, { ...shared, ...login.environment })),
  );
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
  };
}

async function storiesOf(login: Login, environment: Record<string, string>): Promise<Outcome> {
  let passed = 0;
  let failed = 0;
  for (const playbook of readdirSync(PLAYBOOKS)
    .filter((file) => file.endsWith(".yml"))
    .sort()) {
    const started = Date.now();
    const file = join(PLAYBOOKS, playbook);
    const { code, output } = await play(file, { ...environment, SENSU_NAMESPACE: login.namespace });
    const title = `${login.title}: ${/^- name: (.*)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? playbook}`;
    const seconds = `${((Date.now() - started) / 1000).toFixed(1)} s`;
    if (code === 0) {
      passed += 1;
      console.log(`pass  ${title} (${seconds})`);
    } else {
      failed += 1;
      console.log(`FAIL  ${title} (${seconds})\n${output}`);
    }
  }
  return { passed, failed };
}

function play(file: string, environment: Record<string, string>): Promise<{ code: number; output: string }> {
  const args = ["--inventory", "localhost,", "--connection", "local", file];
  const child = spawn("ansible-playbook", args, { env: { ...process.env, ...environment } });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

async function logins(server: StartedServer, operator: string): Promise<Login[]> {
  const both: Login[] = [
    {
      title: "Ansible, Basic login",
      namespace: "by-login",
      environment: { SENSU_USER: "operator", SENSU_PASSWORD: operator },
    },
    { title: "Ansible, API key", namespace: "by-key", environment: { SENSU_API_KEY: operator } },
  ];
  for (const { namespace: name } of both) await call(server, "POST", "/api/core/v2/namespaces", { name });
  return both;
}

async function revokedKey(server: StartedServer): Promise<string> {
  const key = await makeKey(server, "revoked", ["admin@*"]);
  await call(server, "DELETE", "/api/edge/v1/keys/revoked");
  return key;
}

async function makeKey(server: StartedServer, name: string, grants: readonly string[]): Promise<string> {
  const made = await call(server, "POST", "/api/edge/v1/keys", { name, grants });
  return ((await made.json()) as { key: string }).key;
}

async function call(server: StartedServer, method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${server.token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}
