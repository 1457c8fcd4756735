// The commands that deploy, run in this process against a stand-in of Cloudflare.
import type { IncomingMessage, ServerResponse } from "node:http";
import { deploy, type DeployOptions } from "../../scripts/deploy/deploy.ts";
import type { World } from "../../scripts/deploy/world.ts";
import { wrangler } from "../../scripts/deploy/wrangler.ts";
import { API_TOKEN, type StandIn } from "./cloudflare-stand-in.ts";
import { NIGHTLY } from "./nightly.ts";
import { quickWrangler } from "./quick-wrangler.ts";

/** What a command said, and the error it ended with; "" when it ended well. */
export interface Ran {
  readonly said: readonly string[];
  readonly error: string;
}

export interface Around {
  readonly environment?: World["environment"];
  readonly terminal?: boolean;
  /** Whether wrangler itself runs; by default only in the nightly tests, since each start of it takes seconds. */
  readonly realWrangler?: boolean;
}

/** A world whose clock goes as fast as it is slept in. */
export function worldOf(
  cloudflare: StandIn,
  say: (line: string) => void,
  { environment = {}, terminal = true, realWrangler = NIGHTLY }: Around = {},
): World {
  let slept = 0;
  return {
    environment: {
      CLOUDFLARE_API_TOKEN: API_TOKEN,
      CLOUDFLARE_API_BASE_URL: cloudflare.apiUrl,
      // Not those of whoever runs the tests.
      CLOUDFLARE_ACCOUNT_ID: undefined,
      SENSU_API_KEY: undefined,
      WRANGLER_CI_OVERRIDE_NAME: undefined,
      ...environment,
    },
    say,
    terminal,
    clock: () => Date.now() + slept,
    sleep: async (ms) => {
      slept += ms;
    },
    wrangler: realWrangler ? wrangler : quickWrangler,
  };
}

/** Deploys as `npm run deploy` does, with the Worker's address that of the stand-in. */
export async function runDeploy(
  cloudflare: StandIn,
  options: Partial<DeployOptions> = {},
  around: Around = {},
): Promise<Ran> {
  const said: string[] = [];
  const world = worldOf(cloudflare, (line) => void said.push(line), around);
  const all = { dryRun: false, showKey: false, newKey: false, keyName: "admin", url: cloudflare.workerUrl };
  try {
    await deploy({ ...all, ...options }, world);
    return { said, error: "" };
  } catch (error) {
    return { said, error: error instanceof Error ? error.message : String(error) };
  }
}

/** The Worker as far as a smoke test and a doctor ask it. */
export interface Pretended {
  journalAgeSeconds: number | null;
  databaseAnswers: boolean;
  kvAnswers: boolean;
  /** What is wrong with its settings. */
  settingsFault: string;
  /** Its clock, in milliseconds ahead of this machine's. */
  aheadMs: number;
}

/** Lets something small and quick answer in place of the deployed Worker; what it answers can be changed. */
export function pretendWorker(cloudflare: StandIn): Pretended {
  const state: Pretended = {
    journalAgeSeconds: 3,
    databaseAnswers: true,
    kvAnswers: true,
    settingsFault: "",
    aheadMs: 0,
  };
  cloudflare.worker = (request: IncomingMessage, response: ServerResponse) => {
    const [status, body] = answer(state, request);
    response.writeHead(status, { Date: new Date(Date.now() + state.aheadMs).toUTCString() });
    response.end(JSON.stringify(body));
  };
  return state;
}

function answer(state: Pretended, { url, headers }: IncomingMessage): [number, unknown] {
  const { journalAgeSeconds, databaseAnswers, kvAnswers } = state;
  if (url === "/version") return [200, { sensu_backend: "6.12.0" }];
  if (url === "/ready") {
    if (!databaseAnswers) return [503, { message: "the database does not answer", code: 0 }];
    return [200, { ready: true, database: true, kv: kvAnswers, journal_age_seconds: journalAgeSeconds }];
  }
  if (url === "/health") {
    const faults = [databaseAnswers ? "" : "the database does not answer", state.settingsFault];
    const health = {
      Err: faults.filter((each) => each !== "").join("; "),
      Healthy: databaseAnswers && state.settingsFault === "",
      Journal: { AgeSeconds: journalAgeSeconds, CronAgeSeconds: journalAgeSeconds },
      KV: { Healthy: kvAnswers },
    };
    return [200, { ClusterHealth: [health] }];
  }
  return /^(?:Key|Bearer) \S+$/.test(headers.authorization ?? "") ? [200, []] : [401, {}];
}
