import type { Parameter, Reference, Schema } from "./model.ts";

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const seq: Schema = { type: "integer", minimum: 0, maximum: 999_999_999_999_999 };

type Told = Omit<Parameter, "name" | "in"> & { readonly name?: string };

/** Query parameters by the name they have here; `name` where two of one name mean different things. */
const QUERY: Readonly<Record<string, Told>> = {
  limit: {
    description: "How many at the most; 0 or nothing: as many as a page holds.",
    schema: { type: "integer", minimum: 0 },
    example: 10,
  },
  continueAfterName: {
    name: "continue",
    description: "Where the page starts: the `Sensu-Continue` header of the page before, unchanged.",
    schema: { type: "string", pattern: "^[\\w.-]{1,1000}$" },
    example: "ZGVmYXVsdAA",
  },
  continueAfterKey: {
    name: "continue",
    description: "Where the page starts: the `Sensu-Continue` header of the page before, unchanged.",
    schema: { type: "string", pattern: "^[\\w.-]{1,1000}$" },
    example: "OWY4NmQwODE4ODRjN2Q2NTlhMmZlYWEwYzU1YWQwMTVhM2JmNGYxYjJiMGI4MjJjZDE1ZDZjMTViMGYwMGEwOAA",
  },
  continueBeforeSeq: {
    name: "continue",
    description: "Where the page starts: the `Sensu-Continue` header of the page before, unchanged.",
    schema: { type: "string", pattern: "^[\\w-]{1,700}$" },
    example: "NDIA",
  },
  changesLimit: {
    name: "limit",
    description: "How many changes at the most; 0 or nothing: as many as a page holds.",
    schema: seq,
    example: 10,
  },
  labelSelector: {
    description:
      "Only assets whose labels fit, in Sensu's grammar: `==`, `!=`, `in`, `notin`, `matches`, joined by `&&`. Repeated, all must fit.",
    schema: { type: "array", items: text },
    style: "form",
    explode: true,
    example: ['region == "us-west-1" && tier notin [db]'],
  },
  fieldSelector: {
    description:
      "Only assets whose fields fit, in the same grammar: `asset.name`, `asset.namespace`, `asset.filters`, `asset.labels.<key>`.",
    schema: { type: "array", items: text },
    style: "form",
    explode: true,
    example: ["asset.name matches sensu"],
  },
  filters: {
    description:
      "The form of the filters in the answer: `expressions` or `as-written`. When left out, clients written in Go, which cannot decode a map, get expressions.",
    schema: { type: "string", enum: ["expressions", "as-written"] },
    example: "expressions",
  },
  strict: {
    description: "`true`: refuse definitions with lint findings, naming them.",
    schema: flag,
    example: true,
  },
  reason: {
    description: "Why this is done; kept in the history. The header X-Reason says the same and goes first.",
    schema: { type: "string", maxLength: 500 },
    example: "new release",
  },
  at: { description: "The asset as the commits up to this seq had made it.", schema: seq, example: 1 },
  fromSeq: {
    name: "from",
    description: "The seq to compare with; when left out, the revision before the other.",
    schema: seq,
    example: 1,
  },
  toSeq: {
    name: "to",
    description: "The seq to compare; when left out, the last revision.",
    schema: seq,
    example: 3,
  },
  fromTime: {
    name: "from",
    description: "Only what was done at this time or later: RFC 3339 or Unix seconds.",
    schema: text,
    example: "2026-01-31T12:00:00Z",
  },
  toTime: {
    name: "to",
    description: "Only what was done before or at this time: RFC 3339 or Unix seconds.",
    schema: text,
    example: "1893456000",
  },
  principal: {
    description: "Only what this principal did: a token's subject or a key's name.",
    schema: text,
    example: "admin",
  },
  action: {
    description: "Only commits of this kind.",
    schema: { type: "string", enum: ["create", "update", "delete"] },
    example: "update",
  },
  nameGlob: {
    name: "name",
    description: "Only names that match this glob, in which `*` stands for any run of characters.",
    schema: { type: "string", maxLength: 255 },
    example: "sensu/*",
  },
  auditFormat: {
    name: "format",
    description:
      '`ndjson`: one entry a line, streamed. `Accept: application/x-ndjson` asks for the same. After 100,000 commits the last line is `{"continue": token}` instead: send it as `continue` for the rest.',
    schema: { type: "string", enum: ["json", "ndjson"] },
    example: "ndjson",
  },
  since: {
    description:
      "Show what was committed after this cursor: `next` of the answer before, unchanged. `0` or nothing: from the start of what is kept. `now`: nothing but the cursor of the newest commit.",
    schema: { type: "string", pattern: "^([\\w-]{1,200})?$" },
    example: "0",
  },
  wait: {
    description: "Seconds for which an idle answer may be held back until something is committed.",
    schema: { type: "integer", minimum: 0, maximum: 25 },
    example: 1,
  },
  namespace: {
    description: "Only this namespace; without it, a grant for all (`*`) is needed.",
    schema: text,
    example: "default",
  },
  rule: {
    description:
      "How a build is chosen: `first` is what agents of 6.x do, `most-specific` (the match with the most filters) those of 7.x.",
    schema: { type: "string", enum: ["first", "most-specific"], default: "first" },
    example: "most-specific",
  },
  explain: { description: "`true`: add a verdict per build and filter.", schema: flag, example: true },
  envFormat: {
    name: "format",
    description: "`env`: `KEY='value'` lines that a POSIX shell may evaluate.",
    schema: { type: "string", enum: ["json", "env"] },
    example: "env",
  },
  textFormat: {
    name: "format",
    description: "`text`: for people.",
    schema: { type: "string", enum: ["json", "text"] },
    example: "text",
  },
  plan: {
    description: "The plan to apply, in place of a body.",
    schema: text,
    example: "plan-0b6c1f8e-7c39-4f0a-9d55-0b5d3f3f6c11",
  },
  prune: {
    description: "`true`: what is in the namespace and not in the set is deleted, as far as the caller may.",
    schema: flag,
    example: true,
  },
  maxDelete: {
    name: "max_delete",
    description:
      "How many assets may be deleted, up to 5,000; when left out, a tenth of those that the caller may delete, or 3 where that is more, and none where the set is empty. `max-delete` is the same.",
    schema: seq,
    example: 5,
  },
  dryRun: {
    name: "dry_run",
    description: "`true`: tell what would be done, and write nothing.",
    schema: flag,
    example: true,
  },
};

/** Request headers by the name they have here. */
const REQUEST_HEADERS: Readonly<Record<string, Told>> = {
  ifMatch: {
    name: "If-Match",
    description: "Write only if the asset exists and has one of these tags; `*`: if it exists.",
    schema: text,
    example: "*",
  },
  ifNoneMatchWrite: {
    name: "If-None-Match",
    description: "Write only if the asset has none of these tags; `*`: only if it does not exist.",
    schema: text,
    example: '"0123456789abcdef"',
  },
  ifNoneMatch: {
    name: "If-None-Match",
    description: "Tags of what the client has: 304 without a body when it is still the same.",
    schema: text,
    example: '"25e01b962045f4f5"',
  },
  cacheControl: {
    name: "Cache-Control",
    description: "`no-cache`: the newest, from the database. Callers who may write there get that anyway.",
    schema: text,
    example: "no-cache",
  },
  prefer: {
    name: "Prefer",
    description: "`return=representation`: the stored asset in the answer, which is empty otherwise.",
    schema: text,
    example: "return=representation",
  },
  reasonHeader: {
    name: "X-Reason",
    description: "Why this is done; kept in the history. At most 500 characters.",
    schema: { type: "string", maxLength: 500 },
    example: "new release",
  },
  lastEventId: {
    name: "Last-Event-ID",
    description: "For `Accept: text/event-stream`: the id of the last event; goes before `since`.",
    schema: { type: "string", pattern: "^([\\w-]{1,200})?$" },
    example: "0",
  },
};

const fact = (name: string, description: string, example: string): [string, Told] => [
  `fact_${name}`,
  { name, description, schema: text, example },
];

/** The facts of a machine as a query: those that agents report and filters look at. */
const FACT_PARAMETERS: Readonly<Record<string, Told>> = Object.fromEntries([
  fact("os", "`entity.system.os`: linux, windows, darwin, freebsd, ...", "linux"),
  fact("arch", "`entity.system.arch`: amd64, arm64, 386, arm, ...", "amd64"),
  fact("platform", "`entity.system.platform`: ubuntu, redhat, alpine, ...", "ubuntu"),
  fact("platform_family", "`entity.system.platform_family`: debian, rhel, ...", "debian"),
  fact("platform_version", "`entity.system.platform_version`.", "24.04"),
  [
    "fact_arm_version",
    {
      name: "arm_version",
      description: "`entity.system.arm_version`, on 32-bit ARM.",
      schema: { type: "integer", minimum: 0, maximum: 999 },
      example: 7,
    },
  ],
  fact("libc_type", "`entity.system.libc_type`, on Linux: glibc or musl.", "glibc"),
  fact("hostname", "`entity.system.hostname`.", "web-1"),
  fact("vm_system", "`entity.system.vm_system`.", "kvm"),
  fact("vm_role", "`entity.system.vm_role`: guest or host.", "guest"),
  fact("cloud_provider", "`entity.system.cloud_provider`.", "EC2"),
  fact("float_type", "`entity.system.float_type`, on MIPS.", "hardfloat"),
  fact("name", "`entity.name`.", "web-1"),
  fact("namespace", "`entity.namespace`.", "default"),
  fact("entity_class", "`entity.entity_class`; agent when left out.", "agent"),
  fact("user", "`entity.user`.", "agent"),
  fact("sensu_agent_version", "`entity.sensu_agent_version`.", "6.12.0"),
  fact("subscriptions", "`entity.subscriptions`, divided by commas.", "linux,web"),
  [
    "fact_maps",
    {
      name: "facts",
      description:
        "Labels and annotations, each a parameter of its own: `labels.<key>` and `annotations.<key>`.",
      schema: {
        type: "object",
        patternProperties: { "^(labels|annotations)\\..+$": text },
        additionalProperties: false,
      },
      style: "form",
      explode: true,
      example: { "labels.region": "us-west-1" },
    },
  ],
]);

/** The names of all facts here, for operations that take them. */
export const FACTS: readonly string[] = Object.keys(FACT_PARAMETERS);

function parameter(key: string): Reference {
  if (![QUERY, FACT_PARAMETERS, REQUEST_HEADERS].some((all) => Object.hasOwn(all, key)))
    throw new Error(`scripts/openapi/parameters.ts has no parameter ${key}`);
  return { $ref: `#/components/parameters/${key}` };
}

/** References to parameters by their names here. */
export function parameters(...keys: readonly string[]): Reference[] {
  return keys.map(parameter);
}

/** What the references refer to. */
export function allParameters(): Record<string, Parameter> {
  const told = (from: Readonly<Record<string, Told>>, where: "query" | "header") =>
    Object.entries(from).map(([key, each]) => [key, { name: key, in: where, ...each }] as const);
  const query = { ...QUERY, ...FACT_PARAMETERS };
  return Object.fromEntries([...told(query, "query"), ...told(REQUEST_HEADERS, "header")]);
}
