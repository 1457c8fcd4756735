// What a Worker that answers tells of itself, deployed or local.
import { webOf } from "../command/web.ts";
import { Examination, type Look } from "./findings.ts";
import type { World } from "./world.ts";

/** The cron runs each minute. The journal's age does not show that it is dead: isolates keep the journal current. */
const CRON_SECONDS = 180;
/** Tokens are judged by the second, and HTTP's dates have no fractions. */
const CLOCK_SECONDS = 5;
const ANSWER_MS = 15_000;
/** What `Err` of `/health` begins with when D1 is down. */
const DATABASE_DOWN = "the database does not answer";

/** Names of the checks, for when there is nothing to ask. */
export const VITAL_SIGNS = ["answers", "database up", "settings", "KV up", "cron ran", "clock"];

interface Health {
  readonly Err: string;
  readonly Journal: { readonly CronAgeSeconds: number | null };
  readonly KV: { readonly Healthy: boolean };
}

/** Where a Worker runs. */
export interface Place {
  readonly url: string;
  /** How it is brought to answer. */
  readonly start: string;
  /** Whether it is at Cloudflare, which calls it every minute and sends a Date. `wrangler dev` does neither. */
  readonly deployed: boolean;
}

/** Asks `/health` once and judges each part of the answer. */
export async function lookAtWorker(
  exam: Examination,
  { url, start, deployed }: Place,
  world: World,
): Promise<void> {
  const answer = await exam.look("answers", () => ask(url, start, world));
  if (answer === null) return exam.skip(VITAL_SIGNS.slice(1), `${url} does not answer`);
  const { health, date, now } = answer;
  await exam.look("database up", () =>
    health.Err.startsWith(DATABASE_DOWN)
      ? wrong(
          "does not answer the Worker",
          "see https://www.cloudflarestatus.com and docs/data-and-caching.md",
        )
      : right("answers the Worker"),
  );
  await exam.look("settings", () => settingsLook(health.Err));
  await exam.look("KV up", () =>
    health.KV.Healthy
      ? right("answers the Worker")
      : wrong(
          "does not answer the Worker",
          "see https://www.cloudflarestatus.com; requests are slower and right",
        ),
  );
  if (!deployed) return;
  await exam.look("cron ran", () => cronLook(health.Journal.CronAgeSeconds));
  await exam.look("clock", () => clockLook(date, now));
}

async function ask(
  url: string,
  start: string,
  { clock, environment }: World,
): Promise<Look<{ health: Health; date: number; now: number }>> {
  const before = clock();
  const response = await webOf(environment)(`${url}/health`, {
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => null);
  if (response === null) return wrong(`${url} does not answer`, start);
  const text = await response.text();
  const health = healthIn(text);
  if (health === null) return wrong(`${url}/health answers ${response.status}, and no health`, start);
  const date = Date.parse(response.headers.get("Date") ?? "");
  return { ok: url, found: { health, date, now: (before + clock()) / 2 } };
}

function healthIn(text: string): Health | null {
  try {
    const { ClusterHealth: members } = JSON.parse(text) as { ClusterHealth?: readonly Health[] };
    return members?.[0] ?? null;
  } catch {
    return null;
  }
}

function settingsLook(text: string): Look<null> {
  const wrongSettings = text.split("; ").filter((each) => each !== "" && each !== DATABASE_DOWN);
  if (wrongSettings.length === 0) return right("none is wrong");
  return wrong(
    wrongSettings.join("; "),
    "see Configuration in docs/deploy.md, and the log's bad-setting lines",
  );
}

function cronLook(age: number | null): Look<null> {
  if (age === null)
    return wrong("no run is known", "wait a minute; when there is still none, the cron does not run");
  if (age <= CRON_SECONDS) return right(`${age} s ago`);
  return wrong(
    `${age} s ago: it does not run, or cannot reach D1 or KV`,
    "see the Worker's past cron events and logs in the dashboard; until then reads are slower and right",
  );
}

function clockLook(date: number, now: number): Look<null> {
  if (Number.isNaN(date)) return wrong("the answer has no Date", "ask the Worker itself, with --url");
  // A date stands for the whole second that it names.
  const ahead = Math.round((now - date - 500) / 1000);
  if (Math.abs(ahead) <= CLOCK_SECONDS) return right(`that of this machine is right to ${CLOCK_SECONDS} s`);
  return wrong(
    `that of this machine is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead" : "behind"}`,
    "set it by NTP: tokens and keys made here carry its time",
  );
}

function right(ok: string): Look<null> {
  return { ok, found: null };
}

function wrong(said: string, todo: string): { wrong: string; todo: string } {
  return { wrong: said, todo };
}
