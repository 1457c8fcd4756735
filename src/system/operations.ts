import { unavailable } from "../errors.ts";
import { prefersHtml } from "../http/accept.ts";
import * as answers from "../http/answers.ts";
import type { Header } from "../http/openapi.ts";
import { operation } from "../http/operation.ts";
import { lenientQuery } from "../http/query.ts";
import { ACCEPT } from "../http/request-headers.ts";
import { json, redirect, text } from "../http/respond.ts";
import { HealthAnswer, Index, Ready, Version } from "./answers.ts";
import type { Health } from "./health.ts";

/** The Sensu release whose API this is; Ansible parses what stands before `#` as a version (contract §4.6). */
const SENSU_VERSION = "6.12.0";

/** Monitors and Sensu's clients send parameters that mean nothing here, such as `timeout`. */
const ANY_PARAMETERS = lenientQuery(() => ({}));

const INDEX = {
  name: "edge-assets",
  description: "The Sensu Go Assets API, served at the edge",
  sensu_backend: SENSU_VERSION,
  links: {
    assets: "/api/core/v2/namespaces/default/assets",
    all_assets: "/api/core/v2/assets",
    version: "/version",
    health: "/health",
    ready: "/ready",
    docs: "/docs",
    openapi: "/openapi.json",
  },
};

const VERSION = {
  etcd: { etcdserver: "", etcdcluster: "" },
  sensu_backend: SENSU_VERSION,
  api_groups: { "core/v2": "v2.20.0" },
};

const VARY = { Vary: "Accept" };
const BY_ACCEPT: Header = {
  description: "The answer was chosen by the Accept header.",
  required: true,
  schema: { const: VARY.Vary },
};

export const getIndex = operation({
  id: "getIndex",
  tag: "Service",
  summary: "Show the index",
  description: "What this is, with links to what is worth a look. A browser is redirected to `/docs`.",
  query: ANY_PARAMETERS,
  headers: [ACCEPT],
  answers: {
    200: answers.json("What this is.", Index, INDEX, { described: { Vary: BY_ACCEPT } }),
    302: answers.empty("The page for people, to clients that prefer `text/html`.", {
      described: {
        Vary: BY_ACCEPT,
        Location: {
          description: "Where the page is.",
          required: true,
          schema: { const: INDEX.links.docs },
        },
      },
    }),
  },
  handle: ({ request }) =>
    prefersHtml(request.headers.get("Accept") ?? "")
      ? redirect(INDEX.links.docs, VARY)
      : json(JSON.stringify(INDEX), VARY),
});

export const getVersion = operation({
  id: "getVersion",
  tag: "Service",
  summary: "Get the Sensu version",
  description: "The Sensu release whose API this is, for clients that ask.",
  query: ANY_PARAMETERS,
  answers: { 200: answers.json("The version.", Version, VERSION) },
  handle: () => json(JSON.stringify(VERSION)),
});

interface Uses {
  readonly health: Health;
}

/** Sensu's cluster health with one member: this Worker and its D1 (contract §4.6); 200 also when unhealthy. */
export const getHealth = operation({
  id: "getHealth",
  tag: "Service",
  summary: "Get the health",
  description:
    "Whether the database and KV answer, at most five seconds old, and which settings are wrong, in Sensu's shape; 200 in any case. `GET /ready` is for monitors.",
  query: ANY_PARAMETERS,
  answers: {
    200: answers.json("How it is.", HealthAnswer, {
      Alarms: null,
      ClusterHealth: [
        {
          MemberID: 1,
          MemberIDHex: "1",
          Name: "edge-assets",
          Err: "",
          Healthy: true,
          Journal: { AgeSeconds: 12, CronAgeSeconds: 40 },
          KV: { Healthy: true },
        },
      ],
      Header: { cluster_id: 1, member_id: 1, raft_term: 1 },
    }),
  },
  async handle({ waitUntil }, { health }: Uses) {
    const report = await health.report(waitUntil);
    const faults = [...(report.database ? [] : ["the database does not answer"]), ...report.faults];
    return json(
      JSON.stringify({
        Alarms: null,
        ClusterHealth: [
          {
            MemberID: 1,
            MemberIDHex: "1",
            Name: "edge-assets",
            Err: faults.join("; "),
            Healthy: faults.length === 0,
            Journal: { AgeSeconds: report.journalAgeSeconds, CronAgeSeconds: report.cronAgeSeconds },
            KV: { Healthy: report.kv },
          },
        ],
        Header: { cluster_id: 1, member_id: 1, raft_term: 1 },
      }),
    );
  },
});

/** 200 when every request can be answered, with what stands behind it; else 503. KV may be down: it is slower then. */
export const getReady = operation({
  id: "getReady",
  tag: "Service",
  summary: "Check readiness",
  description:
    "200 when every request can be answered, else 503: for monitors and balancers. What is reported is checked at most once in five seconds.",
  query: ANY_PARAMETERS,
  answers: {
    200: answers.json("Requests can be answered.", Ready, {
      ready: true,
      database: true,
      kv: true,
      journal_age_seconds: 12,
    }),
    503: answers.refusal("The database does not answer.", 0, ["the database does not answer"], {
      headers: ["Retry-After"],
    }),
  },
  async handle({ waitUntil }, { health }: Uses) {
    const { database, databaseError, kv, journalAgeSeconds } = await health.report(waitUntil);
    if (!database) throw unavailable("the database does not answer", 5, databaseError);
    return json(JSON.stringify({ ready: true, database, kv, journal_age_seconds: journalAgeSeconds }));
  },
});

interface MetricsUse {
  readonly metrics: (waitUntil: (work: Promise<unknown>) => void) => Promise<string>;
}

const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Counters of the isolate that happens to answer, not of the fleet: that is what Analytics Engine is for. */
export const getMetrics = operation({
  id: "getMetrics",
  tag: "Service",
  summary: "Get the metrics of an isolate",
  description:
    "What the isolate that happens to answer has counted since it started, in Prometheus' text format. Figures of the whole fleet are Analytics Engine's.",
  query: ANY_PARAMETERS,
  answers: {
    200: answers.content("The counters.", {
      [METRICS_TYPE]: {
        schema: { type: "string" },
        example: 'edge_assets_requests_total{method="GET",route="/version",status="200",cache=""} 1\n',
      },
    }),
  },
  handle: async ({ waitUntil }, { metrics }: MetricsUse) =>
    text(await metrics(waitUntil), { "Content-Type": METRICS_TYPE }),
});
