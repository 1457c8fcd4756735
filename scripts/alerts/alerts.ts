// The alerts of docs/operations.md, as data: the table there is made of them, and a test fires each by its fault.
import type { Condition } from "./condition.ts";

export interface Alert {
  readonly name: string;
  readonly condition: Condition;
  readonly means: string;
  /** The heading of the runbook in docs/operations.md. */
  readonly runbook: string;
}

const WRITES = "PUT|POST|PATCH|DELETE";

export const ALERTS = [
  {
    name: "5xx",
    condition: { kind: "share", of: { status: "5.." }, among: {}, over: 0.001, minutes: 5 },
    means: "D1 is down, or a bug on our side",
    runbook: "D1 is down",
  },
  {
    name: "stale answers",
    condition: { kind: "lines", events: ["stale-served"], atLeast: 1, minutes: 5 },
    means: "D1 is down; agents live on copies",
    runbook: "D1 is down",
  },
  {
    name: "D1 is silent",
    condition: { kind: "lines", events: ["d1-silent"], atLeast: 1, minutes: 5 },
    means: "D1's primary does not answer an isolate",
    runbook: "D1 is down",
  },
  {
    name: "D1 left alone",
    condition: { kind: "gauge", metric: "d1_left_alone", over: 0, minutes: 5 },
    means: "the same, by `/metrics`",
    runbook: "D1 is down",
  },
  {
    name: "no heartbeat",
    condition: { kind: "silence", event: "heartbeat", minutes: 5 },
    means: "the cron is dead, or fails",
    runbook: "The cron is dead",
  },
  {
    name: "cron silent",
    condition: { kind: "lines", events: ["cron-silent"], atLeast: 3, minutes: 5 },
    means: "the same, as isolates see it that serve requests",
    runbook: "The cron is dead",
  },
  {
    name: "age of the cron's last run",
    condition: { kind: "gauge", metric: "cron_age_seconds", over: 180, minutes: 3 },
    means: "the same, by `/metrics`",
    runbook: "The cron is dead",
  },
  {
    name: "heartbeat fails",
    condition: { kind: "lines", events: ["heartbeat-failed"], atLeast: 3, minutes: 5 },
    means: "the cron runs and cannot read the journal from D1",
    runbook: "The cron is dead",
  },
  {
    name: "a chore fails",
    condition: { kind: "lines", events: ["chore-failed"], atLeast: 3, minutes: 5 },
    means: "what has expired is not deleted",
    runbook: "A chore fails",
  },
  {
    name: "journal not published",
    condition: { kind: "lines", events: ["heartbeat"], where: { published: false }, atLeast: 3, minutes: 5 },
    means: "KV takes no writes",
    runbook: "KV is down",
  },
  {
    name: "KV fails",
    condition: { kind: "lines", events: ["kv-failing"], atLeast: 3, minutes: 5 },
    means: "KV is down or slow",
    runbook: "KV is down",
  },
  {
    name: "KV left alone",
    condition: { kind: "gauge", metric: "kv_left_alone", over: 0, minutes: 5 },
    means: "the same, by `/metrics`",
    runbook: "KV is down",
  },
  {
    name: "a wrong setting",
    condition: { kind: "lines", events: ["bad-setting"], atLeast: 1, minutes: 5 },
    means: "what needs the setting is 503",
    runbook: "A wrong setting",
  },
  {
    name: "rate limiter",
    condition: { kind: "lines", events: ["no-rate-limit", "rate-limit-failed"], atLeast: 1, minutes: 5 },
    means: "each isolate limits failed credentials on its own",
    runbook: "A wrong setting",
  },
  {
    name: "an archive has changed",
    condition: { kind: "lines", events: ["archive-drift"], atLeast: 1, minutes: 5 },
    means: "other bytes than a definition says, seen twice",
    runbook: "An archive has changed",
  },
  {
    name: "archives are not checked",
    condition: {
      kind: "lines",
      events: ["archive-check-failed", "archive-checks-failed"],
      atLeast: 3,
      minutes: 5,
    },
    means: "D1 or the bucket fails; what is known of archives grows old",
    runbook: "A chore fails",
  },
  {
    name: "a wrong clock",
    condition: { kind: "lines", events: ["clock-wrong"], atLeast: 1, minutes: 5 },
    means: "the clock of a machine is wrong",
    runbook: "A wrong clock",
  },
  {
    name: "reads of D1",
    condition: {
      kind: "share",
      of: { method: "GET", cache: "D1" },
      among: { method: "GET", cache: ".+" },
      over: 0.1,
      minutes: 15,
    },
    means: "copies are refuted or not kept: many writers, KV down, an `admin` token in an agent",
    runbook: "Too much of D1",
  },
  {
    name: "D1 is slow",
    condition: { kind: "p95", metric: "d1_seconds", over: 0.5, minutes: 10 },
    means: "D1 is slow or overloaded",
    runbook: "Too much of D1",
  },
  {
    name: "write conflicts",
    condition: {
      kind: "share",
      of: { method: WRITES, status: "409|412" },
      among: { method: WRITES },
      over: 0.1,
      minutes: 15,
    },
    means: "writers work against each other, or on what they read long ago",
    runbook: "Write conflicts",
  },
  {
    name: "refused credentials",
    condition: { kind: "growth", of: { status: "401|429" }, times: 5, minutes: 5 },
    means: "an expired credential in a fleet, or guessing",
    runbook: "A leaked key",
  },
  {
    name: "size of D1",
    condition: { kind: "gauge", metric: "d1_bytes", over: 8_000_000_000, minutes: 5 },
    means: "history or sets grow; D1 takes 10 GB",
    runbook: "D1 grows",
  },
] as const satisfies readonly Alert[];
