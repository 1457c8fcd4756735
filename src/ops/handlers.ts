import type { Context } from "../context.ts";
import { unavailable } from "../errors.ts";
import { json, text } from "../http/respond.ts";

/** The Sensu release whose API this is; Ansible parses what stands before `#` as a version (contract §4.6). */
const SENSU_VERSION = "6.12.0";

export function getIndex(): Response {
  return json(
    JSON.stringify({
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
    }),
  );
}

export function getVersion(): Response {
  return json(
    JSON.stringify({
      etcd: { etcdserver: "", etcdcluster: "" },
      sensu_backend: SENSU_VERSION,
      api_groups: { "core/v2": "v2.20.0" },
    }),
  );
}

/** Sensu's cluster health with one member: this Worker and its D1 (contract §4.6); 200 also when unhealthy. */
export async function getHealth({ services, waitUntil }: Context): Promise<Response> {
  const report = await services.health.report(waitUntil);
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
}

/** 200 when every request can be answered, with what stands behind it; else 503. KV may be down: it is slower then. */
export async function getReady({ services, waitUntil }: Context): Promise<Response> {
  const { database, databaseError, kv, journalAgeSeconds } = await services.health.report(waitUntil);
  if (!database) throw unavailable("the database does not answer", 5, databaseError);
  return json(JSON.stringify({ ready: true, database, kv, journal_age_seconds: journalAgeSeconds }));
}

/** Counters of the isolate that happens to answer, not of the fleet: that is what Analytics Engine is for. */
export async function getMetrics({ services, waitUntil }: Context): Promise<Response> {
  return text(await services.metrics(waitUntil), {
    "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
  });
}
