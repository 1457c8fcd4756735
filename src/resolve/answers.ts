import * as z from "zod";
import { answerSchema } from "../lib/schema-ref.ts";
import { LINUX, WINDOWS } from "../definitions/examples.ts";

const verdict = () =>
  z
    .union([
      z.strictObject({ value: z.boolean() }),
      z.strictObject({
        error: z.strictObject({
          kind: z.enum(["syntax", "reference", "type", "range", "thrown", "budget", "refused"]),
          message: z.string().describe("As Sensu's evaluator puts it."),
        }),
      }),
    ])
    .describe("True or false, or what stopped it.");

/** What was found out about a build. */
export const BuildReport = answerSchema("BuildReport", "A verdict per filter of a build.", () =>
  z.strictObject({
    index: z.int().min(0).describe("The place among the builds; an asset without builds is its own build 0."),
    matches: z
      .boolean()
      .nullable()
      .describe(
        "Whether its filters are all true; `build` says which build is taken. Null: not looked at, since the evaluation steps of the request had ended.",
      ),
    filters: z
      .array(z.strictObject({ filter: z.string(), verdict: verdict() }))
      .describe("Up to the first that is not true."),
  }),
);

/** The one build for a machine. */
export const Resolved = answerSchema("Resolved", "The one build a machine gets, ready to be fetched.", () =>
  z.strictObject({
    url: z.string().describe("Where to fetch the archive, tokens filled in."),
    sha512: z.string().describe("What the archive must hash to."),
    headers: z
      .record(z.string(), z.string())
      .nullable()
      .describe("Headers to fetch it with, tokens filled in."),
    build: z.int().min(0).describe("Its place among the builds, from 0."),
    unresolved: z
      .array(
        z.strictObject({
          kind: z
            .enum(["missing", "unsupported"])
            .describe("`missing`: the facts do not hold it. `unsupported`: more than a plain token."),
          token: z.string().describe("As written, without the braces."),
          where: z
            .string()
            .meta({ description: "Where it stands.", examples: ["url", "headers.Authorization"] }),
        }),
      )
      .describe("Tokens that the facts do not fill; with any of these an agent installs nothing."),
    mirror_url: z
      .string()
      .describe(
        "Where a copy of the archive is: a path of this server, for the same credential. Absent: there is none.",
      )
      .optional(),
    mirror: z
      .enum(["fallback", "prefer"])
      .describe("Whether the copy is for when the URL fails, or comes first.")
      .optional(),
    etag: z.string().describe("The tag of the asset."),
    explain: z
      .array(BuildReport.zod)
      .describe(
        "With `explain=true`: a verdict per build and filter, also of the builds after the one that is taken.",
      )
      .optional(),
  }),
);

/** 404 with `explain=true`: the error, and why no build matches. */
export const NoMatch = answerSchema(
  "NoMatch",
  "No build matches, and why: the answer with `explain=true`.",
  () =>
    z.strictObject({
      message: z.string(),
      code: z.literal(2),
      explain: z.array(BuildReport.zod).describe("A verdict per build and filter."),
    }),
);

/** An entity as Sensu has it, flat or with metadata. */
export const Entity = answerSchema(
  "Entity",
  "An entity as an agent describes its machine: flat as filters see it, with `metadata` as Sensu serves it, or wrapped in `spec`. Other members are facts as well.",
  () =>
    z.object({
      system: z
        .record(z.string(), z.unknown())
        .meta({
          description: "os, arch, platform, platform_family, platform_version, arm_version, libc_type, ...",
          examples: [{ os: "linux", arch: "amd64" }],
        })
        .optional(),
      labels: z.record(z.string(), z.unknown()).optional(),
      annotations: z.record(z.string(), z.unknown()).optional(),
      metadata: z
        .record(z.string(), z.unknown())
        .describe("Name, namespace, labels and annotations, as Sensu serves them.")
        .optional(),
    }),
);

/** Which build each platform gets. */
export const Matrix = answerSchema("Matrix", "Which build each platform of the built-in table gets.", () =>
  z.strictObject({
    asset: z.string(),
    etag: z.string().describe("The tag of the asset."),
    rule: z.enum(["first", "most-specific"]),
    platforms: z.array(
      z.strictObject({
        platform: z.string().meta({ examples: ["ubuntu-24.04-amd64"] }),
        os: z.string(),
        arch: z.string(),
        build: z.int().min(0).nullable().describe("Null: none; `reason` says why."),
        url: z.string().nullable(),
        sha512: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    ),
  }),
);

/** What agents get of `WITH_BUILDS` on Linux. */
export const RESOLVED = {
  url: LINUX.url,
  sha512: LINUX.sha512,
  headers: null,
  build: 0,
  unresolved: [],
  etag: '"5b7c1f0e9a3d2468"',
};

/** A verdict on each filter of `WITH_BUILDS` on Linux, up to the first of a build that is not true. */
export const REPORTS = [
  {
    index: 0,
    matches: true,
    filters: LINUX.filters.map((filter) => ({ filter, verdict: { value: true } })),
  },
  { index: 1, matches: false, filters: [{ filter: WINDOWS.filters[0], verdict: { value: false } }] },
];
