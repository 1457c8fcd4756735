import * as z from "zod";
import { answerSchema } from "../lib/schema-ref.ts";

/** What this is. */
export const Index = answerSchema("Index", "What this is, with links.", () =>
  z.strictObject({
    name: z.string(),
    description: z.string(),
    sensu_backend: z.string().describe("The Sensu release whose API this is."),
    links: z.record(z.string(), z.string()).describe("Paths of what is worth a look."),
  }),
);

/** Sensu's version document. */
export const Version = answerSchema(
  "Version",
  "The Sensu version spoken, in the shape Sensu's clients parse.",
  () =>
    z.strictObject({
      etcd: z.strictObject({ etcdserver: z.string(), etcdcluster: z.string() }),
      sensu_backend: z.string(),
      api_groups: z.record(z.string(), z.string()),
    }),
);

const age = () => z.int().min(0).nullable();

/** Sensu's cluster health, with one member. */
export const HealthAnswer = answerSchema(
  "Health",
  "Sensu's cluster health with one member: this Worker and its database.",
  () =>
    z.strictObject({
      Alarms: z.null(),
      ClusterHealth: z.array(
        z.strictObject({
          MemberID: z.int(),
          MemberIDHex: z.string(),
          Name: z.string(),
          Err: z
            .string()
            .describe("What is wrong: the database, or settings by their names. Empty when healthy."),
          Healthy: z.boolean().describe("Whether the database answers and all settings are right."),
          Journal: z.strictObject({
            AgeSeconds: age().describe("Since the journal was current; null: there is none."),
            CronAgeSeconds: age().describe(
              "Since the last known run of the cron; over 180 it is dead; null: none is known.",
            ),
          }),
          KV: z.strictObject({ Healthy: z.boolean() }),
        }),
      ),
      Header: z.strictObject({ cluster_id: z.int(), member_id: z.int(), raft_term: z.int() }),
    }),
);

/** 200 when requests can be served. */
export const Ready = answerSchema(
  "Ready",
  "That every request can be answered, and what stands behind it.",
  () =>
    z.strictObject({
      ready: z.literal(true),
      database: z.literal(true),
      kv: z.boolean().describe("False: answers come from the database and are slower."),
      journal_age_seconds: age().describe("Since the journal was current."),
    }),
);
