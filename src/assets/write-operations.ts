import { allows, seesEveryName } from "../auth/grants.ts";
import { commitOf, principalOf, type Context } from "../context.ts";
import { ServedAsset } from "../definitions/answers.ts";
import { readAsset, type WrittenAsset } from "../definitions/decode.ts";
import { SERVED, SIMPLE, WITH_BUILDS } from "../definitions/examples.ts";
import { Asset, AssetPatch } from "../definitions/schema.ts";
import { denied } from "../errors.ts";
import * as answers from "../http/answers.ts";
import { parseBody, readBody } from "../http/body.ts";
import * as common from "../http/common-parameters.ts";
import { readConditions } from "../http/conditional.ts";
import { operation } from "../http/operation.ts";
import type { Example } from "../http/openapi.ts";
import { assetIdOf, namespaceOf } from "../http/place.ts";
import { lenientQuery } from "../http/query.ts";
import type { BodyReader } from "../http/request-body.ts";
import { IF_MATCH, IF_NONE_MATCH_WRITE, PREFER, REASON_HEADER } from "../http/request-headers.ts";
import { empty, json } from "../http/respond.ts";
import { ref } from "../lib/schema-ref.ts";
import { findingsIn, lintWarnings, refuseFindings } from "../resolve/lint/asset-findings.ts";
import { Linter } from "../resolve/lint/linter.ts";
import type { StoredAsset } from "../store/asset-store.ts";
import { filterForm, NO_NAMESPACE } from "./common.ts";
import { readPatch, refuseOtherPlace } from "./patch.ts";
import { negotiateForm, represent, vary, type Negotiation } from "./representation.ts";
import type { AssetService } from "./service.ts";

interface Uses {
  readonly assets: AssetService;
  /** `strict`: assets with lint findings are refused. Throws `unavailable` where the setting is wrong. */
  readonly settings: { readonly lint: "count" | "strict" };
}

const WRITE_QUERY = lenientQuery(() => ({
  strict: common.strict(),
  reason: common.reason(),
  filters: filterForm(),
}));
const WRITE_HEADERS = ["ETag", "Vary?", "X-Lint-Warnings", "Preference-Applied?"];
const CONDITIONS = [IF_MATCH, IF_NONE_MATCH_WRITE];
const BAD_ASSET = [
  "resource is invalid: SHA-512 checksum must be exactly 128 hexadecimal digits",
  "json: cannot unmarshal number into Go struct field Asset.url of type string",
  "invalid character 'h' looking for beginning of value",
];

/** A written asset: nothing, or the asset for those who prefer it. */
const writtenAnswer = (description: string, headers: readonly string[]) =>
  answers.content(
    `${description} The body is empty, as Sensu's is, unless \`Prefer: return=representation\` asks for the stored asset.`,
    { "application/json": { schema: ref(ServedAsset), example: SERVED } },
    { headers },
  );

const SIMPLE_EXAMPLE = { summary: "One archive, filters as a map", value: SIMPLE };

/** An asset, bare or as `sensuctl dump` wraps it. */
function assetBody(examples: Readonly<Record<string, Example>>): BodyReader<WrittenAsset> {
  return {
    description: "The asset. Any Content-Type will do; the body is JSON.",
    required: true,
    content: { "application/json": { schema: ref(Asset), examples } },
    read: async (request) => readAsset(parseBody(await readBody(request))),
  };
}

export const createAsset = operation({
  id: "createAsset",
  tag: "Assets",
  summary: "Create an asset",
  description:
    "Stores a new asset; a name that is taken is 409. The namespace is that of the URL, and the body may leave it out.",
  query: WRITE_QUERY,
  headers: [REASON_HEADER, PREFER],
  body: assetBody({
    simple: SIMPLE_EXAMPLE,
    builds: { summary: "An archive per kind of machine, filters as expressions", value: WITH_BUILDS },
  }),
  answers: {
    200: writtenAnswer("Stored.", [...WRITE_HEADERS, "Location"]),
    400: answers.invalid(...BAD_ASSET, "resource is invalid: name cannot be empty"),
    404: NO_NAMESPACE,
    409: answers.refusal("There is an asset of this name.", 3, ["resource already exists"]),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { assets, settings }: Uses) {
    const negotiation = negotiateForm(asked.request, asked.query.filters);
    const sent = await asked.body();
    const { asset } = sent;
    const principal = principalOf(asked);
    const namespace = namespaceOf(asked);
    const need = { role: "edit", namespace, name: asset.metadata?.name ?? "" } as const;
    // The route's guard cannot know the name; a grant narrowed to some names is checked here.
    if (!seesEveryName(principal.grants, namespace) && !allows(principal.grants, need)) throw denied();
    const linter = new Linter();
    if (settings.lint === "strict" || asked.query.strict) refuseFindings(sent, linter);
    const place = { namespace, name: null };
    const stored = await assets.create(place, asset, linter.filters, commitOf(asked));
    const headers = { ...lintHeader(sent, linter), Location: locationOf(stored) };
    return written(asked, stored, negotiation, 200, headers);
  },
});

export const replaceAsset = operation({
  id: "replaceAsset",
  tag: "Assets",
  summary: "Create or replace an asset",
  description:
    "Creates the asset or replaces it whole. The URL says which: the body may leave `metadata.name` and `metadata.namespace` out, and must not say otherwise.",
  query: WRITE_QUERY,
  headers: [REASON_HEADER, PREFER, ...CONDITIONS],
  body: assetBody({
    simple: SIMPLE_EXAMPLE,
    bare: {
      summary: "Without metadata: the URL says which",
      value: { url: SIMPLE.url, sha512: SIMPLE.sha512 },
    },
  }),
  answers: {
    201: writtenAnswer("Stored, created or replaced alike.", WRITE_HEADERS),
    400: answers.invalid(
      ...BAD_ASSET,
      "the name of the resource (a) does not match the name of the URI (my-secure-asset)",
    ),
    404: NO_NAMESPACE,
    412: answers.shared("PreconditionFailed"),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { assets, settings }: Uses) {
    const negotiation = negotiateForm(asked.request, asked.query.filters);
    const sent = await asked.body();
    const place = { namespace: namespaceOf(asked), name: asked.params["name"] ?? "" };
    const linter = new Linter();
    if (settings.lint === "strict" || asked.query.strict) refuseFindings(sent, linter);
    const condition = readConditions(asked.request.headers);
    const stored = await assets.replace(place, sent.asset, linter.filters, commitOf(asked), condition);
    return written(asked, stored, negotiation, 201, lintHeader(sent, linter));
  },
});

export const patchAsset = operation({
  id: "patchAsset",
  tag: "Assets",
  summary: "Change an asset",
  description:
    "Changes members of the asset by a merge patch (RFC 7396) and answers with the asset as it then is. What changes nothing writes nothing. Without conditions, a writer that comes in between is merged with.",
  query: WRITE_QUERY,
  headers: [REASON_HEADER, ...CONDITIONS],
  body: {
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
    read: readPatch,
  },
  answers: {
    200: answers.json("The asset as it now is.", ServedAsset, SERVED, {
      headers: ["ETag", "Vary?", "X-Lint-Warnings"],
    }),
    400: answers.invalid(
      "invalid Content-Type header: text/plain.  Allowed values: application/merge-patch+json",
      "URL must be HTTP or HTTPS",
    ),
    404: answers.notFound("There is no such asset."),
    412: answers.shared("PreconditionFailed"),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { assets, settings }: Uses) {
    const id = assetIdOf(asked);
    const negotiation = negotiateForm(asked.request, asked.query.filters);
    const { patch, unknown } = await asked.body();
    refuseOtherPlace(patch, id);
    const condition = readConditions(asked.request.headers);
    const linter = new Linter();
    const isStrict = settings.lint === "strict" || asked.query.strict;
    // A patch of nothing but misspelt members changes nothing, and is refused all the same.
    if (isStrict && unknown.length > 0) refuseFindings({ asset: {}, unknown }, linter);
    const accept = isStrict ? (asset: Asset) => refuseFindings({ asset, unknown }, linter) : undefined;
    const patched = await assets.patch(id, patch, linter.filters, commitOf(asked), condition, accept);
    const { stored, asset } = patched;
    const { definition, etag } = represent(stored, negotiation);
    const lint = lintHeader({ asset, unknown }, linter);
    return json(definition, { ETag: etag, ...vary([stored], negotiation), ...lint });
  },
});

export const deleteAsset = operation({
  id: "deleteAsset",
  tag: "Assets",
  summary: "Delete an asset",
  description: "Deletes the asset. Its history stays, and a rollback brings it back.",
  query: lenientQuery(() => ({ reason: common.reason() })),
  headers: [REASON_HEADER, ...CONDITIONS],
  answers: {
    204: answers.empty("Deleted."),
    400: answers.invalid("a reason cannot be longer than 500 characters"),
    404: answers.notFound("There is no such asset; this comes before any condition."),
    412: answers.shared("PreconditionFailed"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { assets }: Pick<Uses, "assets">) {
    const condition = readConditions(asked.request.headers);
    await assets.delete(assetIdOf(asked), condition, commitOf(asked));
    return empty(204);
  },
});

/** Sensu's empty body, or the stored asset for `Prefer: return=representation` (RFC 7240 §4.2). */
function written(
  { request }: Context,
  asset: StoredAsset,
  negotiation: Negotiation,
  status: 200 | 201,
  headers: Record<string, string>,
): Response {
  const { definition, etag } = represent(asset, negotiation);
  const all = { ETag: etag, ...vary([asset], negotiation), ...headers };
  const preference = request.headers.get("Prefer") ?? "";
  if (!/(?:^|[,;\s])return\s*=\s*"?representation"?(?:$|[,;\s])/i.test(preference)) return empty(status, all);
  return json(definition, { ...all, "Preference-Applied": "return=representation" }, status);
}

/** How many lint findings what was written has, and what was sent and is not stored. */
function lintHeader(sent: WrittenAsset, linter: Linter): Record<string, string> {
  return lintWarnings(findingsIn(sent, linter).length);
}

function locationOf({ namespace, name }: StoredAsset): string {
  return `/api/core/v2/namespaces/${encodeURIComponent(namespace)}/assets/${encodeURIComponent(name)}`;
}
