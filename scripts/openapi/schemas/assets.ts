// Sensu's objects. What a client writes is open and without nulls, as the Worker's decoder takes it (a test holds one
// against the other); rules that are checked after decoding are in meta(), so that they are told and not enforced
// here. What is served is closed: a member that is not described does not exist.
import * as z from "zod";

const TextMap = z.record(z.string(), z.string());

/** JavaScript expressions, or the map form of the Sensu document: `{"entity.system.os": "linux"}`. */
export const Filters = z.union([z.array(z.string()), TextMap]).meta({
  id: "Filters",
  description:
    "When an agent may use the archive: a list of Sensu query expressions that must all be true, or a map of entity attributes to the values they must have. Served as written, except that clients which cannot decode a map get the equivalent list.",
  examples: [
    ["entity.system.os == 'linux'", "entity.system.arch == 'amd64'"],
    { "entity.system.os": "linux", "entity.system.arch": "amd64" },
  ],
});
export type Filters = z.infer<typeof Filters>;

const URL_TEXT =
  "Where the archive is: http or https, or a text with tokens such as `{{ .labels.region }}`, filled in by the agent.";
const SHA512_TEXT = "The SHA-512 of the archive: 128 hexadecimal digits.";
const HEADERS_TEXT = "HTTP headers that the agent sends when it fetches the archive; at most 100.";
const DIGEST =
  "25e01b962045f4f5b624c3e47e782bef65c6c82602524dc569a8431b76cc1f57639d267380a7ec49f70876339ae261704fc51ed2fc520513cf94bc45ed7f6e17";
const ARCHIVE_URL = "https://assets.example.com/my-secure-asset.tar.gz";

const NAME = {
  description:
    "Letters, digits, `_`, `.`, `-`, `:` and `/`, at most 255 characters. `__proto__` and `constructor` are refused.",
  maxLength: 255,
  pattern: "^[\\w/.\\-:]+$",
  examples: ["my-secure-asset", "sensu/http-checks"],
};
const LABELS = {
  description: "For selectors, and for tokens in urls. With the annotations at most 2,000 and 64 KiB.",
  examples: [{ region: "us-west-1" }],
};
const ANNOTATIONS = {
  description: "For people and tools. With the labels at most 2,000 and 64 KiB.",
  examples: [{ "io.sensu.bonsai.version": "1.2.0" }],
};

/** One archive of an asset with builds (contract §1.1). */
export const Build = z
  .object({
    url: z
      .string()
      .meta({ description: URL_TEXT, examples: [ARCHIVE_URL] })
      .optional(),
    sha512: z
      .string()
      .meta({ description: SHA512_TEXT, pattern: "^[0-9a-fA-F]{128}$", examples: [DIGEST] })
      .optional(),
    filters: Filters.optional(),
    headers: TextMap.describe(HEADERS_TEXT).optional(),
  })
  .meta({ id: "Build", description: "One archive of an asset, for the machines that its filters let in." });
export type Build = z.infer<typeof Build>;

/** Sensu's ObjectMeta (contract §1.2). */
export const Metadata = z
  .object({
    name: z.string().meta(NAME).optional(),
    namespace: z
      .string()
      .meta({ description: "Where the asset lives; that of the URL when left out.", examples: ["default"] })
      .optional(),
    labels: TextMap.meta(LABELS).optional(),
    annotations: TextMap.meta(ANNOTATIONS).optional(),
    created_by: z.string().meta({ description: "Ignored: the caller's name is stored." }).optional(),
  })
  .meta({
    id: "Metadata",
    description: "Sensu's ObjectMeta. PUT and PATCH take the name from the URL when it is left out.",
  });
export type Metadata = z.infer<typeof Metadata>;

/** A core/v2 asset as a client may write it: every member may be absent; null is the same as absent. */
export const Asset = z
  .object({
    url: z
      .string()
      .meta({ description: `${URL_TEXT} Needed unless there are builds.`, examples: [ARCHIVE_URL] })
      .optional(),
    sha512: z
      .string()
      .meta({ description: `${SHA512_TEXT} Needed unless there are builds.`, examples: [DIGEST] })
      .optional(),
    filters: Filters.optional(),
    builds: z
      .array(Build)
      .meta({
        description:
          "Several archives, of which a machine gets the first whose filters match (7.x: the one with the most filters). Url, sha512, filters and headers beside builds are stored and not used.",
        maxItems: 100,
      })
      .optional(),
    metadata: Metadata.optional(),
    headers: TextMap.describe(HEADERS_TEXT).optional(),
  })
  .meta({
    id: "Asset",
    description:
      "An asset as a client writes it. Null is the same as absent, unknown members are ignored, member names match in any letter case. The form of `sensuctl dump`, `{type, api_version, metadata, spec}`, is taken as well.",
  });
export type Asset = z.infer<typeof Asset>;

/** The form of `sensuctl dump`. */
export const WrappedAsset = z
  .object({
    type: z.literal("Asset"),
    api_version: z.literal("core/v2").optional(),
    metadata: Metadata.optional(),
    spec: Asset,
  })
  .meta({ id: "WrappedAsset", description: "An asset as `sensuctl dump` writes it." });

/** A merge patch of an asset: a null takes a member away. */
export const AssetPatch = z
  .object({
    url: z
      .string()
      .nullable()
      .meta({ description: URL_TEXT, examples: [ARCHIVE_URL] })
      .optional(),
    sha512: z
      .string()
      .nullable()
      .meta({ description: SHA512_TEXT, examples: [DIGEST] })
      .optional(),
    filters: Filters.nullable().optional(),
    builds: z.array(Build).nullable().describe("Replaces all builds.").optional(),
    metadata: z
      .object({
        name: z.string().describe("If given, that of the URL.").optional(),
        namespace: z.string().describe("If given, that of the URL.").optional(),
        labels: z.record(z.string(), z.string().nullable()).nullable().optional(),
        annotations: z.record(z.string(), z.string().nullable()).nullable().optional(),
      })
      .nullable()
      .optional(),
    headers: z.record(z.string(), z.string().nullable()).nullable().describe(HEADERS_TEXT).optional(),
  })
  .meta({
    id: "AssetPatch",
    description:
      "A merge patch (RFC 7396): members given are set, nulls take members away, lists are replaced whole.",
  });

const ServedBuild = z
  .strictObject({
    url: z.string().describe(URL_TEXT).optional(),
    sha512: z.string().describe(SHA512_TEXT).optional(),
    filters: Filters.nullable(),
    headers: TextMap.nullable().describe(HEADERS_TEXT),
  })
  .meta({ id: "ServedBuild", description: "A build as it is served." });

/** An asset as it is served: member order, nulls and omissions are Sensu's (contract §1.3). */
export const ServedAsset = z
  .strictObject({
    url: z.string().describe(`${URL_TEXT} Absent when empty.`).optional(),
    sha512: z.string().describe(`${SHA512_TEXT} Absent when empty.`).optional(),
    filters: Filters.nullable(),
    builds: z.array(ServedBuild).nullable().describe("Null when there are none."),
    metadata: z.strictObject({
      name: z.string(),
      namespace: z.string(),
      labels: TextMap.optional(),
      annotations: TextMap.optional(),
      created_by: z.string().describe("Who wrote it last: a token's subject or a key's name."),
    }),
    headers: TextMap.nullable().describe(HEADERS_TEXT),
  })
  .meta({
    id: "ServedAsset",
    description: "An asset as it is served: Sensu's bytes, with its member order, nulls and omissions.",
  });

/** What is legal in an asset and yet wrong. */
export const Finding = z
  .strictObject({
    rule: z
      .enum([
        "syntax",
        "es5",
        "assignment",
        "unknown-name",
        "unreported-value",
        "unreachable-build",
        "rules-differ",
        "digest-case",
        "header-comma",
        "template",
        "plain-http",
        "budget",
      ])
      .describe(
        "Which rule found it; `budget`: the request's evaluation steps ended before all was checked.",
      ),
    where: z.string().meta({ description: "The place in the asset.", examples: ["builds.0.filters.1"] }),
    message: z.string().describe("What is wrong, and what to do about it."),
  })
  .meta({ id: "Finding", description: "Something that is legal in an asset and yet wrong." });

/** The answer of lint. */
export const LintReport = z
  .strictObject({
    name: z.string().nullable().describe("The asset's name, if it has one."),
    warnings: z.array(Finding),
  })
  .meta({ id: "LintReport", description: "What lint found in an asset; an empty list is good news." });
