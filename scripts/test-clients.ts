// npm run test:clients: real clients against a started Worker. Today that is Ansible's sensu.sensu_go collection.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const INSTALL = "apt-get install --no-install-recommends ansible";

const probe = spawnSync("ansible-doc", ["-t", "module", "sensu.sensu_go.asset", "--json"], {
  encoding: "utf8",
});
if (probe.status !== 0) {
  console.log(`skipped: Ansible with the sensu.sensu_go collection is not installed; on Debian: ${INSTALL}`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), "edge-assets-clients-"));
const url = `http://127.0.0.1:${await freePort()}`;
const { server, token } = await start();
let failed = 0;
let passed = 0;
try {
  const key = await makeKey("ansible");
  const login = { url, user: "ansible", password: key };
  const byKey = { url, api_key: key };
  const wrong = { url, api_key: "sak_0000000000000000000000000000000000000000000000000" };
  play("assets by login", "assets.yml", {
    auth: login,
    wrong_auth: { ...login, password: "wrong" },
    asset: "tool",
  });
  play("assets by API key", "assets.yml", { auth: byKey, wrong_auth: wrong, asset: "tool" });
  play("a name with a slash", "assets.yml", { auth: byKey, wrong_auth: wrong, asset: "sensu/Tool:1.0" });
  play("namespaces", "namespaces.yml", { auth: byKey });
} finally {
  server.kill("SIGINT");
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** Runs a playbook; the variables go by file, so that no key stands on a command line. */
function play(story: string, playbook: string, variables: Record<string, unknown>): void {
  const file = join(folder, "variables.json");
  writeFileSync(file, JSON.stringify(variables), { mode: 0o600 });
  const args = ["-i", "localhost,", "-e", `@${file}`, join("test/clients/ansible", playbook)];
  const env = {
    ...process.env,
    ANSIBLE_LOCALHOST_WARNING: "False",
    ANSIBLE_NOCOWS: "1",
    ANSIBLE_HOME: folder,
  };
  const { status, stdout, stderr } = spawnSync("ansible-playbook", args, { encoding: "utf8", env });
  if (status === 0) passed += 1;
  else failed += 1;
  console.log(`${status === 0 ? "ok  " : "FAIL"} Ansible: ${story}`);
  if (status !== 0) console.log(`${stdout}${stderr}`);
}

async function makeKey(name: string): Promise<string> {
  const made = await fetch(`${url}/api/edge/v1/keys`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify({ name, grants: ["admin@*"] }),
  });
  if (made.status !== 201) throw new Error(`making a key failed: ${made.status} ${await made.text()}`);
  const { key } = (await made.json()) as { key: string };
  return key;
}

/** Starts the Worker as `npm start` does, on a port and with data of its own. */
async function start(): Promise<{ server: ChildProcess; token: string }> {
  const args = ["scripts/start.ts", "--port", new URL(url).port, "--state", join(folder, "state")];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /^export SENSU_TOKEN=(\S+)$/.exec(line)?.[1];
    if (found === undefined) continue;
    child.stdout.resume();
    return { server: child, token: found };
  }
  throw new Error("the Worker did not start");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createServer().listen(0, "127.0.0.1", () => {
      const address = socket.address();
      socket.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
