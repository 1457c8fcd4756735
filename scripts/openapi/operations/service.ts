import { content, empty, invalid, json, notFound, refusal } from "../answers.ts";
import type { Described, Descriptions } from "../describe.ts";
import type { Answer, Header } from "../model.ts";
import { Health, Index, Ready, Version } from "../schemas/service.ts";

const DOCUMENT_TAG: Header = {
  description: "The tag of the file, for If-None-Match.",
  required: true,
  schema: { type: "string", pattern: '^(W/)?".+"$' },
};
const DOCUMENT = {
  headers: ["Content-Security-Policy", "Referrer-Policy"],
  more: { ETag: DOCUMENT_TAG },
};

const text = { type: "string" };
const UNCHANGED: Answer = empty("What the client has is still the same.", DOCUMENT);

const document = (id: string, told: string, types: readonly string[], schema = text): Described => ({
  id,
  tag: "Service",
  text: told,
  parameters: [{ $ref: "#/components/parameters/ifNoneMatch" }],
  answers: {
    200: content("The file.", Object.fromEntries(types.map((type) => [type, { schema }])), DOCUMENT),
    304: UNCHANGED,
  },
});

const files = document("getDocsFile", "What that page loads: its script and its style.", [
  "text/javascript; charset=utf-8",
  "text/css; charset=utf-8",
]);

export const SERVICE_OPERATIONS: Descriptions = {
  "GET /": {
    id: "getIndex",
    tag: "Service",
    text: "What this is, with links to what is worth a look.",
    answers: {
      200: json("What this is.", Index, {
        name: "edge-assets",
        description: "The Sensu Go Assets API, served at the edge",
        sensu_backend: "6.12.0",
        links: { assets: "/api/core/v2/namespaces/default/assets", docs: "/docs" },
      }),
    },
  },
  "GET /version": {
    id: "getVersion",
    tag: "Service",
    text: "The Sensu release whose API this is, for clients that ask.",
    answers: {
      200: json("The version.", Version, {
        etcd: { etcdserver: "", etcdcluster: "" },
        sensu_backend: "6.12.0",
        api_groups: { "core/v2": "v2.20.0" },
      }),
    },
  },
  "GET /health": {
    id: "getHealth",
    tag: "Service",
    text: "Whether the database and KV answer, as of five seconds ago at the most, and which settings are wrong, in Sensu's shape; 200 in any case. `GET /ready` is for monitors.",
    answers: {
      200: json("How it is.", Health, {
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
  },
  "GET /ready": {
    id: "getReady",
    tag: "Service",
    text: "200 when every request can be answered, else 503: for monitors and balancers. What is reported is checked at most once in five seconds.",
    answers: {
      200: json("Requests can be answered.", Ready, {
        ready: true,
        database: true,
        kv: true,
        journal_age_seconds: 12,
      }),
      503: refusal("The database does not answer.", 0, ["the database does not answer"], {
        headers: ["Retry-After"],
      }),
    },
  },
  "GET /metrics": {
    id: "getMetrics",
    tag: "Service",
    text: "What the isolate that happens to answer has counted since it started, in Prometheus' text format. Figures of the whole fleet are Analytics Engine's.",
    answers: {
      200: content("The counters.", {
        "text/plain; version=0.0.4; charset=utf-8": {
          schema: text,
          example: 'edge_assets_requests_total{method="GET",route="/version",status="200",cache=""} 1\n',
        },
      }),
    },
  },
  "GET /openapi.json": document("getOpenApi", "This description, OpenAPI 3.1.", ["application/json"], {
    type: "object",
  }),
  "GET /docs": document("getDocs", "This description as a page, to read and to try.", [
    "text/html; charset=utf-8",
  ]),
  "GET /docs/:file": {
    ...files,
    answers: {
      ...files.answers,
      400: invalid("invalid URL escape in the path at file"),
      404: notFound("There is no such file."),
    },
  },
};
