// npm run bench:apply: 1,000 definitions in one apply beside 100 PUTs of one each, in turns. Nothing here is asserted.
import { createTestHarness } from "wrangler";
import { signAccessToken } from "../../src/auth/access-tokens.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { command, runOf } from "../command/command.ts";
import { runInProcess } from "../command/io.ts";
import { table } from "../command/table.ts";

const SECRET = "a-secret-for-benchmarks-that-is-long-enough-to-sign";
const ROUNDS = 5;

export const run = runOf(
  command({
    name: "npm run bench:apply --",
    summary: "measure 1,000 definitions in one apply beside 100 PUTs of one each",
    options: {},
    examples: ["npm run bench:apply"],
    exitCodes: { 0: "measured", 1: "an error" },
    async run() {
      await measureApply();
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);

async function measureApply(): Promise<void> {
  const harness = createTestHarness({
    workers: [{ configPath: "./wrangler.toml", secrets: { TOKEN_SECRET: SECRET } }],
  });
  await harness.listen();
  const worker = harness.getWorker();
  await worker.applyD1Migrations("DB");
  const [signer] = await readSigningKeys(SECRET);
  if (signer === undefined) throw new Error("no secret");
  const now = Math.floor(Date.now() / 1000);
  const times = { issuedAt: now, expiresAt: now + 3_600 };
  const claims = { issuer: "bench", subject: "bench", grants: ["admin@*"], tokenId: "bench" };
  const headers = { Authorization: `Bearer ${await signAccessToken({ ...claims, ...times }, signer)}` };

  const definition = (name: string, round: number) => ({
    url: `https://assets.example.com/${name}/${round}.tar.gz`,
    sha512: "0f".repeat(64),
    filters: ["entity.system.os == 'linux'", "entity.system.arch == 'amd64'"],
    metadata: { name },
  });

  async function send(method: string, path: string, body: unknown): Promise<void> {
    const answer = await harness.fetch(path, { method, headers, body: JSON.stringify(body) });
    await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
  }

  async function timed(work: () => Promise<void>): Promise<number> {
    const started = performance.now();
    await work();
    return performance.now() - started;
  }

  const applies: number[] = [];
  const puts: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const set = Array.from({ length: 1_000 }, (_, index) => definition(`bulk/${index}`, round));
    applies.push(await timed(() => send("POST", "/api/edge/v1/namespaces/default/apply", set)));
    puts.push(
      await timed(async () => {
        for (let index = 0; index < 100; index += 1) {
          await send(
            "PUT",
            `/api/core/v2/namespaces/default/assets/one-${index}`,
            definition(`one-${index}`, round),
          );
        }
      }),
    );
    console.error(`round ${round + 1} of ${ROUNDS}`);
  }
  await harness.close();

  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const spread = (values: number[]) =>
    `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
  process.stdout.write(
    table([
      ["WHAT", "MS, MEDIAN", "SPREAD"],
      ["1,000 definitions in one apply", median(applies).toFixed(0), spread(applies)],
      ["100 PUTs of one definition each", median(puts).toFixed(0), spread(puts)],
      ["ratio (promised: under 5)", (median(applies) / median(puts)).toFixed(2), ""],
    ]),
  );
}
