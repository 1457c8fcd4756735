import { readingOf, type Context } from "../context.ts";
import { ApiError, invalid } from "../errors.ts";
import { atMostValues, BODY_VALUES, parseBody, readBody } from "../http/body.ts";
import { assetIdOf } from "../http/place.ts";
import { empty, json, redirect, text } from "../http/respond.ts";
import { servedHeaders } from "../http/served.ts";
import { isUnchanged, tagged } from "../http/tagged.ts";
import type { AssetId } from "../identity/names.ts";
import type { Rule } from "./choose.ts";
import type { Reading } from "../store/reading.ts";
import { factsOfEntity, factsOfQuery, namedFacts, TOO_MANY_FACTS, type NamedFacts } from "./facts.ts";
import { alignedTable, digestHeader, envLines } from "./formats.ts";
import type { Resolution, Resolved } from "./resolve-asset.ts";

/** Parameters that decide what an answer looks like, not what it says. */
const FORM_PARAMETERS = ["explain", "format"];
/** Reasons named in the message of a 404 at the most. */
const REASONS = 20;

/** The one build for the machine of these facts; `explain=true` adds why, `format=env` is for shells. */
export async function resolveForMachine(context: Context): Promise<Response> {
  const query = context.url.searchParams;
  const { id, rule, facts, reading } = await readQuestion(context);
  const { resolve } = context.services;
  const explained = query.get("explain") === "true" ? await resolve.explain(id, rule, facts, reading) : null;
  const { resolution, etag, assetTag } = explained ?? (await resolve.resolve(id, rule, facts, reading));
  if (resolution.outcome === "none") {
    const error = noMatch(context, resolution);
    if (explained === null) throw error;
    const body = { message: error.message, code: 2, explain: explained.reports };
    return json(JSON.stringify(body), {}, 404);
  }
  const headers = { ...servedHeaders(reading), ETag: etag };
  if (query.get("format") === "env") {
    if (isUnchanged(context.request, etag)) return empty(304, headers);
    return text(envLines(resolution.resolved, assetTag), headers);
  }
  const answer = {
    ...resolution.resolved,
    etag: assetTag,
    ...(explained === null ? {} : { explain: explained.reports }),
  };
  const body = JSON.stringify(answer);
  if (context.request.method !== "POST") {
    resolve.remember(id, assetTag, context.url.search, { body, etag });
  }
  return tagged(context.request, body, etag, headers);
}

/** Straight to the archive: 302 with its digest, for clients that follow and verify. */
export async function downloadForMachine(context: Context): Promise<Response> {
  const { id, rule, facts, reading } = await readQuestion(context);
  const { resolution } = await context.services.resolve.resolve(id, rule, facts, reading);
  if (resolution.outcome === "none") throw noMatch(context, resolution);
  const { resolved } = resolution;
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
  const id = assetIdOf(context);
  const reading = readingOf(context);
  const matrix = await context.services.resolve.matrix(id, rule, reading);
  const rows = matrix.rows.map(({ platform, resolution }) => {
    const { os, arch } = platform.entity.system;
    return Object.assign({ platform: platform.name, os, arch }, matrixCell(resolution));
  });
  const headers = servedHeaders(reading);
  if (context.url.searchParams.get("format") !== "text") {
    return json(JSON.stringify({ asset: id.name, etag: matrix.etag, rule, platforms: rows }), headers);
  }
  const cells = rows.map(({ platform, os, arch, build, url, sha512, reason }) =>
    build === null
      ? [platform, os, arch, "-", reason ?? ""]
      : [platform, os, arch, String(build), `${sha512?.slice(0, 12)} ${url}`],
  );
  return text(alignedTable([["PLATFORM", "OS", "ARCH", "BUILD", "ARCHIVE"], ...cells]), headers);
}

function matrixCell(resolution: Resolution) {
  if (resolution.outcome === "none") {
    return { build: null, url: null, sha512: null, reason: resolution.reasons.at(-1) ?? "there is no build" };
  }
  const { build, url, sha512 } = resolution.resolved;
  return { build, url, sha512, reason: null };
}

/** What a request asks: which build of an asset a machine gets by a rule. */
interface Question {
  readonly id: AssetId;
  readonly rule: Rule;
  readonly facts: NamedFacts;
  readonly reading: Reading;
}

async function readQuestion(context: Context): Promise<Question> {
  const rule = readRule(context.url.searchParams);
  const reading = readingOf(context);
  return { id: assetIdOf(context), rule, facts: await readFacts(context), reading };
}

async function readFacts({ request, url }: Context): Promise<NamedFacts> {
  if (request.method !== "POST") return namedFacts(url.search, factsOfQuery(url.searchParams));
  const body = parseBody(await readBody(request), atMostValues(BODY_VALUES, TOO_MANY_FACTS));
  const { facts, key } = namedFacts(null, factsOfEntity(body));
  // The body does not say which form the answer has, and each form has a tag of its own; a query says both.
  return { facts, key: [...key, ...FORM_PARAMETERS.map((name) => url.searchParams.get(name) ?? "")] };
}

function readRule(query: URLSearchParams): Rule {
  const rule = query.get("rule") ?? "first";
  if (rule === "first" || rule === "most-specific") return rule;
  throw invalid(`invalid rule "${rule}": use first (agents of 6.x) or most-specific (7.x)`);
}

type NoMatch = Extract<Resolution, { outcome: "none" }>;

function noMatch(context: Context, { reasons }: NoMatch): ApiError {
  const shown = reasons.slice(0, REASONS);
  const more = reasons.length > shown.length ? [`and ${reasons.length - shown.length} more builds`] : [];
  const why = [...shown, ...more].join("; ");
  const message = `no build of ${context.params["name"]} matches this machine: ${why}`;
  return new ApiError("notFound", message);
}

function unfilled({ unresolved }: Resolved): ApiError {
  const tokens = unresolved.map(({ where, token }) => `${where}: {{ ${token} }}`).join("; ");
  return invalid(`the facts do not fill these tokens of the asset: ${tokens}`);
}
