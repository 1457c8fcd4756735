import { readingOf, type Context } from "../context.ts";
import { ApiError, invalid } from "../errors.ts";
import { parseBody, readBody } from "../http/body.ts";
import { notModified } from "../http/conditional.ts";
import { placeOf } from "../http/place.ts";
import { empty, json, redirect, text } from "../http/respond.ts";
import { servedHeaders } from "../http/served.ts";
import { tagged } from "../http/tagged.ts";
import type { Rule } from "../resolve/choose.ts";
import { PLATFORMS } from "../resolve/platforms.ts";
import type { Reading } from "../store/reading.ts";
import { factsOfEntity, factsOfQuery, type Facts } from "./facts.ts";
import { alignedTable, digestHeader, envLines } from "./formats.ts";
import { resolveAsset, type Resolution, type Resolved } from "./resolve.ts";
import type { TaggedResolution } from "./service.ts";

/** Reasons named in the message of a 404 at the most. */
const REASONS = 20;

/** The one build for the machine of these facts; `explain=true` adds why, `format=env` is for shells. */
export async function resolveForMachine(context: Context): Promise<Response> {
  const { found, reading } = await resolveRequest(context);
  const { resolution, etag, assetTag } = found;
  const query = context.url.searchParams;
  const explain = query.get("explain") === "true";
  if (resolution.outcome === "none") {
    if (explain)
      return json(
        JSON.stringify({ ...noMatchBody(context, resolution), explain: resolution.reports }),
        {},
        404,
      );
    throw noMatch(context, resolution);
  }
  const headers = servedHeaders(reading);
  if (query.get("format") === "env") {
    if (notModified(context.request.headers, etag)) return empty(304, { ...headers, ETag: etag });
    return text(envLines(resolution.resolved, assetTag), { ...headers, ETag: etag });
  }
  const answer = {
    ...resolution.resolved,
    etag: assetTag,
    ...(explain ? { explain: resolution.reports } : {}),
  };
  const body = JSON.stringify(answer);
  if (context.request.method !== "POST") {
    context.services.resolve.remember(assetTag, context.url.search, { body, etag });
  }
  return tagged(context.request, body, etag, headers);
}

/** Straight to the archive: 302 with its digest, for clients that follow and verify. */
export async function downloadForMachine(context: Context): Promise<Response> {
  const { found } = await resolveRequest(context);
  if (found.resolution.outcome === "none") throw noMatch(context, found.resolution);
  const { resolved } = found.resolution;
  if (resolved.unresolved.length > 0) throw unfilled(resolved);
  // A header holds less than a filled-in url may: line ends and the like are escaped.
  const location = URL.parse(resolved.url);
  if (location === null) throw invalid("URL must be HTTP or HTTPS");
  const digest = digestHeader(resolved.sha512);
  return redirect(location.href, {
    "X-Asset-Sha512": resolved.sha512,
    ...(digest === null ? {} : { Digest: digest }),
  });
}

/** Which build each platform of the built-in table gets; `format=text` is a table for people. */
export async function showMatrix(context: Context): Promise<Response> {
  const rule = readRule(context.url.searchParams);
  const { namespace, name } = placeOf(context);
  const reading = readingOf(context);
  const { asset, etag } = await context.services.resolve.asset(namespace, name, reading);
  const rows = PLATFORMS.map((platform) => {
    const resolution = resolveAsset(asset, factsOfEntity(platform.entity), rule);
    const { os, arch } = platform.entity.system;
    return Object.assign({ platform: platform.name, os, arch }, matrixCell(resolution));
  });
  if (context.url.searchParams.get("format") !== "text") {
    return json(JSON.stringify({ asset: name, etag, rule, platforms: rows }), servedHeaders(reading));
  }
  const cells = rows.map((row) => [
    row.platform,
    row.os,
    row.arch,
    row.build === null ? "-" : String(row.build),
    row.build === null ? (row.reason ?? "") : `${row.sha512?.slice(0, 12)} ${row.url}`,
  ]);
  return text(
    alignedTable([["PLATFORM", "OS", "ARCH", "BUILD", "ARCHIVE"], ...cells]),
    servedHeaders(reading),
  );
}

function matrixCell(resolution: Resolution) {
  if (resolution.outcome === "none") {
    return { build: null, url: null, sha512: null, reason: resolution.reasons.at(-1) ?? "there is no build" };
  }
  const { build, url, sha512 } = resolution.resolved;
  return { build, url, sha512, reason: null };
}

async function resolveRequest(context: Context): Promise<{ found: TaggedResolution; reading: Reading }> {
  const rule = readRule(context.url.searchParams);
  const reading = readingOf(context);
  const { key, facts } = await readFacts(context);
  return {
    found: await context.services.resolve.resolve(placeOf(context), rule, key, facts, reading),
    reading,
  };
}

/** The facts, and a text that names them: the query as it stands, or the entity's bytes. */
async function readFacts(context: Context): Promise<{ key: string; facts: () => Facts }> {
  if (context.request.method !== "POST") {
    const facts = factsOfQuery(context.url.searchParams);
    return { key: `query ${context.url.search}`, facts: () => facts };
  }
  const bytes = await readBody(context.request);
  const facts = factsOfEntity(parseBody(bytes));
  return { key: `entity ${JSON.stringify(facts)}`, facts: () => facts };
}

function readRule(query: URLSearchParams): Rule {
  const rule = query.get("rule") ?? "first";
  if (rule === "first" || rule === "most-specific") return rule;
  throw invalid(`invalid rule "${rule}": use first (agents of 6.x) or most-specific (7.x)`);
}

type NoMatch = Extract<Resolution, { outcome: "none" }>;

function noMatch(context: Context, resolution: NoMatch): ApiError {
  return new ApiError("notFound", noMatchBody(context, resolution).message);
}

function noMatchBody(context: Context, { reasons }: NoMatch): { message: string; code: number } {
  const shown = reasons.slice(0, REASONS);
  const more = reasons.length > shown.length ? [`and ${reasons.length - shown.length} more builds`] : [];
  const why = [...shown, ...more].join("; ");
  return { message: `no build of ${context.params["name"]} matches this machine: ${why}`, code: 2 };
}

function unfilled({ unresolved }: Resolved): ApiError {
  const tokens = unresolved.map(({ where, token }) => `${where}: {{ ${token} }}`).join("; ");
  return invalid(`the facts do not fill these tokens of the asset: ${tokens}`);
}
