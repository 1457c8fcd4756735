import { content, empty, invalid, json, jsonBody, list, notFound, refusal, shared } from "../answers.ts";
import type { Described, Descriptions } from "../describe.ts";
import { SERVED, SIMPLE, WITH_BUILDS } from "../examples.ts";
import type { RequestBody } from "../model.ts";
import { parameters } from "../parameters.ts";
import { Asset, AssetPatch, ServedAsset } from "../schemas/assets.ts";
import { ref } from "../schemas/registry.ts";

const SERVED_HEADERS = ["Vary?", "X-Cache", "Age", "Server-Timing?", "Warning?"];
const READ_HEADERS = ["ETag", ...SERVED_HEADERS];
const WRITE_HEADERS = ["ETag", "Vary?", "X-Lint-Warnings?", "Preference-Applied?"];
const WRITE = ["strict", "reason", "reasonHeader"];
const CONDITIONS = ["ifMatch", "ifNoneMatchWrite"];

const NO_NAMESPACE = notFound("The namespace does not exist.", "the namespace team-a does not exist");
const BAD_ASSET = [
  "resource is invalid: SHA-512 checksum must be exactly 128 hexadecimal digits",
  "json: cannot unmarshal number into Go struct field Asset.url of type string",
  "invalid character 'h' looking for beginning of value",
];

/** A written asset: nothing, or the asset for those who prefer it. */
const written = (description: string, names: readonly string[]) =>
  content(
    `${description} The body is empty, as Sensu's is, unless \`Prefer: return=representation\` asks for the stored asset.`,
    { "application/json": { schema: ref(ServedAsset), example: SERVED } },
    { headers: names },
  );

const lists = (id: string, text: string): Described => ({
  id,
  tag: "Assets",
  text: `${text} In byte order of the names. A page holds at most 10,000 assets or 8 MiB; \`Sensu-Continue\` says how to go on. A grant with a name glob lists only what it matches. A list with a selector or a name glob reads a bounded number of assets a request: its page may end early, without an \`ETag\`, and goes on from \`Sensu-Continue\`.`,
  parameters: parameters(
    "limit",
    "continueAfterName",
    "labelSelector",
    "fieldSelector",
    "filters",
    "ifNoneMatch",
    "cacheControl",
  ),
  answers: {
    200: list("A page of assets.", ServedAsset, [SERVED], {
      headers: ["ETag?", ...SERVED_HEADERS, "Sensu-Continue?"],
    }),
    304: shared("NotModified"),
    400: invalid('invalid limit "x": use a whole number, 0 for no limit', "unexpected operator 'is' found"),
    503: shared("Unavailable"),
  },
});

const PATCH_BODY: RequestBody = {
  description:
    "What to change. Without a Content-Type, or with the one that curl sends, it is a merge patch as well; JSON Patch is not supported.",
  required: true,
  content: {
    "application/merge-patch+json": {
      schema: ref(AssetPatch),
      examples: {
        labels: {
          summary: "Set a label, take the headers away",
          value: { metadata: { labels: { region: "us-west-1" } }, headers: null },
        },
        release: {
          summary: "Another archive",
          value: { url: "https://assets.example.com/my-secure-asset-2.tar.gz", sha512: "0f".repeat(64) },
        },
      },
    },
  },
};

const SIMPLE_EXAMPLE = { summary: "One archive, filters as a map", value: SIMPLE };

/** Sensu's core/v2 assets. */
export const ASSET_OPERATIONS: Descriptions = {
  "GET /api/core/v2/namespaces/:namespace/assets": lists("listAssets", "The assets of a namespace."),
  "GET /api/core/v2/assets": lists("listAllAssets", "The assets of all namespaces."),
  "POST /api/core/v2/namespaces/:namespace/assets": {
    id: "createAsset",
    tag: "Assets",
    text: "Stores a new asset; a name that is taken is 409. The namespace is that of the URL, and the body may leave it out.",
    parameters: parameters(...WRITE, "filters", "prefer"),
    body: jsonBody("The asset. Any Content-Type will do; the body is JSON.", Asset, {
      simple: SIMPLE_EXAMPLE,
      builds: { summary: "An archive per kind of machine, filters as expressions", value: WITH_BUILDS },
    }),
    answers: {
      200: written("Stored.", [...WRITE_HEADERS, "Location"]),
      400: invalid(...BAD_ASSET, "resource is invalid: name cannot be empty"),
      404: NO_NAMESPACE,
      409: refusal("There is an asset of this name.", 3, ["resource already exists"]),
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
  "GET /api/core/v2/namespaces/:namespace/assets/:name+": {
    id: "getAsset",
    tag: "Assets",
    text: "The definition of an asset, as Sensu serves it.",
    parameters: parameters("filters", "ifNoneMatch", "cacheControl"),
    answers: {
      200: json("The asset.", ServedAsset, SERVED, { headers: READ_HEADERS }),
      304: shared("NotModified"),
      400: invalid('invalid filters "x": use expressions or as-written'),
      404: notFound("There is no such asset, or no such namespace."),
      503: shared("Unavailable"),
    },
  },
  "PUT /api/core/v2/namespaces/:namespace/assets/:name+": {
    id: "replaceAsset",
    tag: "Assets",
    text: "Creates the asset or replaces it whole. The URL says which: the body may leave `metadata.name` and `metadata.namespace` out, and must not say otherwise.",
    parameters: parameters(...WRITE, "filters", "prefer", ...CONDITIONS),
    body: jsonBody("The asset. Any Content-Type will do; the body is JSON.", Asset, {
      simple: SIMPLE_EXAMPLE,
      bare: {
        summary: "Without metadata: the URL says which",
        value: { url: SIMPLE.url, sha512: SIMPLE.sha512 },
      },
    }),
    answers: {
      201: written("Stored, created or replaced alike.", WRITE_HEADERS),
      400: invalid(
        ...BAD_ASSET,
        "the name of the resource (a) does not match the name of the URI (my-secure-asset)",
      ),
      404: NO_NAMESPACE,
      412: shared("PreconditionFailed"),
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
  "PATCH /api/core/v2/namespaces/:namespace/assets/:name+": {
    id: "patchAsset",
    tag: "Assets",
    text: "Changes members of the asset by a merge patch (RFC 7396) and answers with the asset as it then is. What changes nothing writes nothing. Without conditions, a writer that comes in between is merged with.",
    parameters: parameters(...WRITE, "filters", ...CONDITIONS),
    body: PATCH_BODY,
    answers: {
      200: json("The asset as it now is.", ServedAsset, SERVED, {
        headers: ["ETag", "Vary?", "X-Lint-Warnings?"],
      }),
      400: invalid(
        "invalid Content-Type header: text/plain.  Allowed values: application/merge-patch+json",
        "URL must be HTTP or HTTPS",
      ),
      404: notFound("There is no such asset."),
      412: shared("PreconditionFailed"),
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
  "DELETE /api/core/v2/namespaces/:namespace/assets/:name+": {
    id: "deleteAsset",
    tag: "Assets",
    text: "Deletes the asset. Its history stays, and a rollback brings it back.",
    parameters: parameters("reason", "reasonHeader", ...CONDITIONS),
    answers: {
      204: empty("Deleted."),
      400: invalid("a reason cannot be longer than 500 characters"),
      404: notFound("There is no such asset; this comes before any condition."),
      412: shared("PreconditionFailed"),
      503: shared("Unavailable"),
    },
  },
};
