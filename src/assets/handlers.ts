import { allows, seesEveryName, type Grant } from "../auth/grants.ts";
import { ALL_NAMES, coveredRanges } from "../auth/name-ranges.ts";
import type { Principal } from "../auth/principal.ts";
import { commitOf, principalOf, readingOf, type Context } from "../context.ts";
import { NameMatcher } from "../auth/name-matcher.ts";
import { denied } from "../errors.ts";
import { parseBody, readBody } from "../http/body.ts";
import { readConditions } from "../http/conditional.ts";
import { continueHeader, readSealedPage } from "../http/pagination.ts";
import { assetIdOf, namespaceOf } from "../http/place.ts";
import { empty, json } from "../http/respond.ts";
import { servedHeaders } from "../http/served.ts";
import { tagged } from "../http/tagged.ts";
import type { Namespace } from "../identity/names.ts";
import { Meter } from "../lib/meter.ts";
import { findingsIn, refuseFindings } from "../resolve/lint/asset-findings.ts";
import { isStrict } from "../resolve/lint/strict.ts";
import { Linter } from "../resolve/lint/linter.ts";
import type { StoredAsset } from "../store/asset-store.ts";
import { decodeAsset } from "../definitions/decode.ts";
import { pageAnswer } from "./page-answer.ts";
import { readPatch } from "./patch.ts";
import { negotiateForm, represent, vary, type Negotiation } from "./representation.ts";
import type { Wanted } from "./scan.ts";
import type { Asset } from "../definitions/schema.ts";
import { LIST_STEPS, readSelection } from "./selection.ts";

export async function getAsset(context: Context): Promise<Response> {
  const negotiation = negotiateForm(context);
  const reading = readingOf(context);
  const asset = await context.services.assets.get(assetIdOf(context), reading);
  const { definition, etag } = represent(asset, negotiation);
  return tagged(context.request, definition, etag, {
    ...vary([asset], negotiation),
    ...servedHeaders(reading),
  });
}

/** The list of a namespace or, on the path without one, of the whole cluster. */
export async function listAssets(context: Context): Promise<Response> {
  const { searchParams } = context.url;
  const negotiation = negotiateForm(context);
  const { namespace } = context;
  const { cursors } = context.services;
  const { limit, start } = await readSealedPage(searchParams, cursors);
  const wanted = wantedBy(principalOf(context), namespace, searchParams);
  const reading = readingOf(context);
  const page = await context.services.assets.list(namespace, start, limit, wanted, reading);
  // A page that had to be filled from several is made anew each time.
  const kept = wanted === null && reading.tier === "MEMORY";
  const { body, etag, headers } = await pageAnswer(page, negotiation, kept);
  const all = { ...headers, ...servedHeaders(reading) };
  if (page.next !== null && page.isNextHidden === true) {
    // Without a tag, since one made from the hidden name would confirm a guess at it.
    return json(body, { ...all, "Sensu-Continue": await cursors.seal(page.next) });
  }
  return tagged(context.request, body, etag, { ...all, ...continueHeader(page.next) });
}

export async function createAsset(context: Context): Promise<Response> {
  const negotiation = negotiateForm(context);
  const asset = await readAsset(context);
  const principal = principalOf(context);
  const namespace = namespaceOf(context);
  const need = { role: "edit", namespace, name: asset.metadata?.name ?? "" } as const;
  // The route's guard cannot know the name; a grant narrowed to some names is checked here.
  if (!seesEveryName(principal.grants, namespace) && !allows(principal.grants, need)) throw denied();
  const linter = new Linter();
  if (isStrict(context)) refuseFindings(asset, linter);
  const place = { namespace, name: null };
  const stored = await context.services.assets.create(place, asset, linter.filters, commitOf(context));
  const headers = { ...lintHeader(stored, linter), Location: locationOf(stored) };
  return written(context, stored, negotiation, 200, headers);
}

export async function replaceAsset(context: Context): Promise<Response> {
  const negotiation = negotiateForm(context);
  const asset = await readAsset(context);
  const place = { namespace: namespaceOf(context), name: context.params["name"] ?? "" };
  const linter = new Linter();
  if (isStrict(context)) refuseFindings(asset, linter);
  const condition = readConditions(context.request.headers);
  const { filters } = linter;
  const stored = await context.services.assets.replace(place, asset, filters, commitOf(context), condition);
  return written(context, stored, negotiation, 201, lintHeader(stored, linter));
}

export async function patchAsset(context: Context): Promise<Response> {
  const id = assetIdOf(context);
  const negotiation = negotiateForm(context);
  const patch = await readPatch(context.request, id);
  const condition = readConditions(context.request.headers);
  const linter = new Linter();
  const accept = isStrict(context) ? (merged: Asset) => refuseFindings(merged, linter) : undefined;
  const { filters } = linter;
  const stored = await context.services.assets.patch(
    id,
    patch,
    filters,
    commitOf(context),
    condition,
    accept,
  );
  const { definition, etag } = represent(stored, negotiation);
  return json(definition, { ETag: etag, ...vary([stored], negotiation), ...lintHeader(stored, linter) });
}

export async function deleteAsset(context: Context): Promise<Response> {
  const condition = readConditions(context.request.headers);
  await context.services.assets.delete(assetIdOf(context), condition, commitOf(context));
  return empty(204);
}

async function readAsset(context: Context): Promise<Asset> {
  return decodeAsset(parseBody(await readBody(context.request)));
}

/** Sensu's empty body, or the stored asset for `Prefer: return=representation` (RFC 7240 §4.2). */
function written(
  context: Context,
  asset: StoredAsset,
  negotiation: Negotiation,
  status: 200 | 201,
  headers: Record<string, string>,
): Response {
  const { definition, etag } = represent(asset, negotiation);
  const all = { ETag: etag, ...vary([asset], negotiation), ...headers };
  const preference = context.request.headers.get("Prefer") ?? "";
  if (!/(?:^|[,;\s])return\s*=\s*"?representation"?(?:$|[,;\s])/i.test(preference)) return empty(status, all);
  return json(definition, { ...all, "Preference-Applied": "return=representation" }, status);
}

/** How many lint findings the stored asset has; none is no header. */
function lintHeader({ definition }: StoredAsset, linter: Linter): Record<string, string> {
  const count = findingsIn(decodeAsset(JSON.parse(definition)), linter).length;
  return count === 0 ? {} : { "X-Lint-Warnings": String(count) };
}

function locationOf({ namespace, name }: StoredAsset): string {
  return `/api/core/v2/namespaces/${encodeURIComponent(namespace)}/assets/${encodeURIComponent(name)}`;
}

/** What a list holds for this principal and selection; null when it leaves nothing out. */
function wantedBy({ grants }: Principal, namespace: Namespace | null, query: URLSearchParams): Wanted | null {
  const meter = new Meter(LIST_STEPS);
  const selects = readSelection(query, meter);
  const accepts = seesEveryName(grants, namespace) ? selects : both(visibleBy(grants, meter), selects);
  if (accepts === null) return null;
  return { accepts, meter, ranges: namespace === null ? [ALL_NAMES] : coveredRanges(grants, namespace) };
}

function visibleBy(grants: readonly Grant[], meter: Meter): Accepts {
  const matcher = new NameMatcher(grants, meter);
  return ({ namespace, name }) => matcher.allows({ role: "view", namespace, name });
}

type Accepts = ((asset: StoredAsset) => boolean) | null;

function both(one: Accepts, other: Accepts): Accepts {
  if (one === null || other === null) return one ?? other;
  return (asset) => one(asset) && other(asset);
}
