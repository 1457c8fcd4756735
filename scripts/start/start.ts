// What `npm start` does: looks whether it can, migrates, serves, and says where and with what.
import { createServer } from "node:net";
import { resolve } from "node:path";
import type { CommandIo } from "../command/io.ts";
import { Mistake } from "../command/mistake.ts";
import { DEFAULT_STATE, localToken, secretsFile, writableState } from "../local.ts";
import { serveArchives } from "./archives.ts";
import { migrateLocally } from "./migrate.ts";
import { serve } from "./serve.ts";

const HOST = "127.0.0.1";
const TOKEN_SECONDS = 30 * 86_400;
/** Archives on this machine are checked here and nowhere else, and as many as a machine without a plan's limits can. */
const LOCAL_SETTINGS = ["--var", "ARCHIVE_LOOPBACK:true", "--var", "ARCHIVE_CHECKS:100"];

/** Where the server listens and keeps its data. */
export interface StartOptions {
  readonly port: number;
  readonly state: string;
  /** Where the archives of examples/ are served; 0: nowhere. */
  readonly archives: number;
}

/** Serves until it is stopped; resolves to the exit code of what served. */
export async function start({ port, state, archives }: StartOptions, io: CommandIo): Promise<number> {
  const folder = resolve(state);
  await refuseTakenPort(port);
  await writableState(folder);
  io.stdout.write(`Migrating the local database in ${state}\n`);
  await migrateLocally(folder);
  const url = `http://${HOST}:${port}`;
  const args = ["--ip", HOST, "--port", String(port), "--persist-to", folder];
  const envFile = await secretsFile(folder);
  const served = archives === 0 ? null : await serveArchives(HOST, archives);
  if (archives !== 0 && served === null)
    io.stderr.write(`Port ${archives} is taken, so the archives of examples/ are not served from here\n`);
  const stopCron = everyMinute(() => runCron(url));
  try {
    return await serve([...args, ...LOCAL_SETTINGS, "--env-file", envFile], io, () =>
      announce(url, state, io),
    );
  } finally {
    stopCron();
    served?.close();
  }
}

/** wrangler does not call crons by itself; without this one, archives are not checked. */
async function runCron(url: string): Promise<void> {
  await fetch(`${url}/cdn-cgi/handler/scheduled`).catch(() => undefined);
}

function everyMinute(work: () => Promise<void>): () => void {
  const timer = setInterval(() => void work(), 60_000);
  return () => clearInterval(timer);
}

function refuseTakenPort(port: number): Promise<void> {
  return new Promise((free, refuse) => {
    const probe = createServer()
      .once("error", (error: NodeJS.ErrnoException) => refuse(portMistake(port, error)))
      .listen(port, HOST, () => probe.close(() => free()));
  });
}

function portMistake(port: number, { code }: NodeJS.ErrnoException): Mistake {
  const wrong = code === "EADDRINUSE" ? `port ${port} is taken` : `port ${port} cannot be used (${code})`;
  return new Mistake(wrong, `pick another: npm start -- --port ${port === 65_535 ? 8181 : port + 1}`);
}

/** The line with `Ready on` and the line with the token are what other programs wait for. */
async function announce(url: string, state: string, { stdout }: CommandIo): Promise<void> {
  const token = await localToken({
    state,
    grants: ["admin@*"],
    name: "admin",
    ttlSeconds: TOKEN_SECONDS,
    issuer: url,
  });
  const folder = state === DEFAULT_STATE ? "" : ` --state ${state}`;
  stdout.write(
    [
      `Ready on ${url}`,
      `export SENSU_TOKEN=${token}`,
      `Try: curl -H "Authorization: Bearer $SENSU_TOKEN" ${url}/api/core/v2/namespaces/default/assets`,
      `The API, to read and to try: ${url}/docs`,
      `Another token, for less: npm run --silent token -- --grants 'view@default' --ttl 1h${folder}`,
      "",
    ].join("\n"),
  );
}
