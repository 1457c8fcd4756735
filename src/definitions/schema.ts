import {
  described,
  goList,
  goString,
  goStringMap,
  goStrings,
  goStruct,
  named,
  type Decoded,
  type Decoder,
} from "../go-json/decode.ts";
import { isObject } from "../lib/json.ts";
import { refTo, type JsonSchema, type NamedSchema } from "../lib/json-schema.ts";

/** JavaScript expressions, or the map form of the Sensu document: `{"entity.system.os": "linux"}`. */
export type Filters = string[] | Record<string, string>;

export const Filters: Decoder<Filters> & NamedSchema = {
  id: "Filters",
  schema: {
    anyOf: [goStrings.schema, goStringMap.schema],
    description:
      "When an agent may use the archive: a list of Sensu query expressions that must all be true, or a map of entity attributes to the values they must have. Served as written, except that clients which cannot decode a map get the equivalent list.",
    examples: [
      ["entity.system.os == 'linux'", "entity.system.arch == 'amd64'"],
      { "entity.system.os": "linux", "entity.system.arch": "amd64" },
    ],
  },
  type: goStrings.type,
  decode: (value, place) => (isObject(value) ? goStringMap : goStrings).decode(value, place),
  fold: (value) => value,
};

/** Descriptions of the members of archives, for bodies and answers alike. */
export const MEMBERS = {
  url: {
    description:
      "Where the archive is: http or https, or a text with tokens such as `{{ .labels.region }}`, filled in by the agent.",
    examples: ["https://assets.example.com/my-secure-asset.tar.gz"],
  },
  sha512: {
    description: "The SHA-512 of the archive: 128 hexadecimal digits.",
    pattern: "^[0-9a-fA-F]{128}$",
    examples: [
      "25e01b962045f4f5b624c3e47e782bef65c6c82602524dc569a8431b76cc1f57639d267380a7ec49f70876339ae261704fc51ed2fc520513cf94bc45ed7f6e17",
    ],
  },
  headers: {
    description: "HTTP headers that the agent sends when it fetches the archive; at most 100.",
  },
} as const;

export const Build = named(
  "Build",
  goStruct("AssetBuild", "v2.AssetBuild", {
    url: described(goString, MEMBERS.url),
    sha512: described(goString, MEMBERS.sha512),
    filters: Filters,
    headers: described(goStringMap, MEMBERS.headers),
  }),
  { description: "One archive of an asset, for the machines that its filters let in." },
);

/** One archive of an asset with builds (contract §1.1). */
export type Build = Decoded<typeof Build>;

export const Metadata = named(
  "Metadata",
  goStruct("ObjectMeta", "v2.ObjectMeta", {
    name: described(goString, {
      description:
        "Letters, digits, `_`, `.`, `-`, `:` and `/`, at most 255 characters. `__proto__` and `constructor` are refused.",
      maxLength: 255,
      pattern: "^[\\w/.\\-:]+$",
      examples: ["my-secure-asset", "sensu/http-checks"],
    }),
    namespace: described(goString, {
      description: "Where the asset lives; that of the URL when left out.",
      examples: ["default"],
    }),
    labels: described(goStringMap, {
      description: "For selectors, and for tokens in urls. With the annotations at most 2,000 and 64 KiB.",
      examples: [{ region: "us-west-1" }],
    }),
    annotations: described(goStringMap, {
      description: "For people and tools. With the labels at most 2,000 and 64 KiB.",
      examples: [{ "io.sensu.bonsai.version": "1.2.0" }],
    }),
    created_by: described(goString, { description: "Ignored: the caller's name is stored." }),
  }),
  { description: "Sensu's ObjectMeta. PUT and PATCH take the name from the URL when it is left out." },
);

/** Sensu's ObjectMeta (contract §1.2). */
export type Metadata = Decoded<typeof Metadata>;

const UNLESS_BUILDS = "Needed unless there are builds.";

/** A core/v2 asset as a client may write it: every member may be absent; null is the same as absent. */
export const Asset = named(
  "Asset",
  goStruct("Asset", "v2.Asset", {
    url: described(goString, { ...MEMBERS.url, description: `${MEMBERS.url.description} ${UNLESS_BUILDS}` }),
    sha512: described(goString, {
      ...MEMBERS.sha512,
      description: `${MEMBERS.sha512.description} ${UNLESS_BUILDS}`,
    }),
    filters: Filters,
    builds: described(goList(Build), {
      description:
        "Several archives, of which a machine gets the first whose filters match (7.x: the one with the most filters). Url, sha512, filters and headers beside builds are stored and not used.",
      maxItems: 100,
    }),
    metadata: Metadata,
    headers: described(goStringMap, MEMBERS.headers),
  }),
  {
    description:
      "An asset as a client writes it. Null is the same as absent, unknown members are ignored, member names match in any letter case. The form of `sensuctl dump`, `{type, api_version, metadata, spec}`, is taken as well.",
  },
);
export type Asset = Decoded<typeof Asset>;

/** The form of `sensuctl dump`. */
export const WrappedAsset: NamedSchema = {
  id: "WrappedAsset",
  schema: {
    type: "object",
    properties: {
      type: { const: "Asset" },
      api_version: { const: "core/v2" },
      metadata: refTo(Metadata.id),
      spec: refTo(Asset.id),
    },
    required: ["type", "spec"],
    description: "An asset as `sensuctl dump` writes it.",
  },
};

const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: "null" }] });
const PATCHED_MAP = nullable({
  type: "object",
  additionalProperties: nullable(goString.schema),
});

/** A merge patch of an asset: a null takes a member away. */
export const AssetPatch: NamedSchema = {
  id: "AssetPatch",
  schema: {
    type: "object",
    properties: {
      url: { ...nullable(goString.schema), ...MEMBERS.url },
      sha512: {
        ...nullable({ type: "string", pattern: MEMBERS.sha512.pattern }),
        description: MEMBERS.sha512.description,
      },
      filters: nullable(refTo(Filters.id)),
      builds: { ...nullable({ type: "array", items: refTo(Build.id) }), description: "Replaces all builds." },
      metadata: nullable({
        type: "object",
        properties: {
          name: { ...goString.schema, description: "If given, that of the URL." },
          namespace: { ...goString.schema, description: "If given, that of the URL." },
          labels: PATCHED_MAP,
          annotations: PATCHED_MAP,
        },
      }),
      headers: { ...PATCHED_MAP, description: MEMBERS.headers.description },
    },
    description:
      "A merge patch (RFC 7396): members given are set, nulls take members away, lists are replaced whole.",
  },
};
