/** How long isolates live, on average: milliseconds. */
export interface Lives {
  /** Without a request. */
  readonly idleMs: number;
  /** At all. */
  readonly lifeMs: number;
}

/** What is simulated. */
export interface Scenario {
  readonly agents: number;
  /** `single`: a request for each asset; `set`: one question about all of them. */
  readonly question: "single" | "set";
  /** Whether agents poll at times of their own; otherwise all of them by the clock, each five minutes. */
  readonly jitter: boolean;
  /** Isolates over which the requests of a location are spread, beside those that its load needs. */
  readonly spread: number;
  readonly seed: number;
  /** Requests that are looked at, about; more agents are watched for a shorter time. */
  readonly requests: number;
}

export const POLL_MS = 300_000;
/** Agents that poll by the clock do so within this time: clocks are not quite equal, nor do all machines start a job at once. */
export const BURST_MS = 2_000;
export const ASSETS_EACH = 10;
/** Assets there are, in one namespace; as many as a public collection of definitions has. */
export const CATALOGUE = 345;
export const WRITES_AN_HOUR = 6;
/** Requests a second beyond which Cloudflare starts another isolate. */
export const ISOLATE_RATE = 500;
export const LIVES: Lives = { idleMs: 10 * 60_000, lifeMs: 2 * 3_600_000 };

const MINUTE_MS = 60_000;
/** Memory and KV are filled before anything is counted. */
export const WARM_UP_MS = POLL_MS;

/** Requests a second of all agents, on average. */
export function meanRate({ agents, question }: Scenario): number {
  return (agents * (question === "set" ? 1 : ASSETS_EACH) * 1_000) / POLL_MS;
}

/** Milliseconds for which a scenario is watched: whole polls, of six hours at the most. */
export function watchedMs(scenario: Scenario): number {
  const wanted = (scenario.requests / meanRate(scenario)) * 1_000;
  const polls = Math.ceil(Math.min(360 * MINUTE_MS, Math.max(POLL_MS, wanted)) / POLL_MS);
  return polls * POLL_MS;
}
