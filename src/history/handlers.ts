import { getAsset } from "../assets/handlers.ts";
import { allows, type Need, type Role } from "../auth/grants.ts";
import { commitOf, principalOf, type Context } from "../context.ts";
import { invalid, notFound } from "../errors.ts";
import { parseBody, readBody } from "../http/body.ts";
import { readConditions } from "../http/conditional.ts";
import { continueHeader, readPage } from "../http/pagination.ts";
import { goDecode, goInteger, goStruct } from "../go-json/decode.ts";
import { assetIdOf, namespaceOf } from "../http/place.ts";
import { readSeq } from "../http/query.ts";
import { json, text } from "../http/respond.ts";
import type { AssetRevision, Lives } from "../store/history-store.ts";
import { differenceLines, mergePatchBetween } from "./difference.ts";
import { readableLives } from "./lives.ts";
import { shownDefinition, shownRevision, shownValue } from "./views.ts";

/** What a rollback says: the revision whose definition is written again. */
export const Rollback = goStruct("Rollback", "v1.Rollback", { seq: goInteger });

export async function listRevisions(context: Context): Promise<Response> {
  const { limit, start } = readPage(context.url.searchParams);
  const before = readSeq(start?.key, "continue token");
  const id = assetIdOf(context);
  const page = await context.services.history.list(id, livesOf(context), before, Math.min(limit, 1_000));
  return json(JSON.stringify(page.revisions.map(shownRevision)), continueHeader(page.next));
}

export async function getRevision(context: Context): Promise<Response> {
  const id = assetIdOf(context);
  const seq = readSeq(context.params["seq"], "revision") ?? 0;
  const revision = await context.services.history.get(id, livesOf(context), seq);
  const definition = shownDefinition(revision.definition, mayWrite(context));
  return json(`${JSON.stringify(shownRevision(revision)).slice(0, -1)},"definition":${definition}}`);
}

/** The asset now or, with `at=<seq>`, as the commits up to that one had made it. */
export async function getAssetAt(context: Context): Promise<Response> {
  const id = assetIdOf(context);
  const at = readSeq(context.url.searchParams.get("at"), "at");
  if (at === null) return getAsset(context);
  const { definition, etag } = await context.services.history.at(id, livesOf(context), at);
  if (definition === null || etag === null) throw notFound();
  const masked = !mayWrite(context);
  return json(shownDefinition(definition, !masked), masked ? {} : { ETag: etag });
}

/** From one revision to another: a merge patch, and lines for people. Without `to`, the last; without `from`, the one before. */
export async function diffRevisions(context: Context): Promise<Response> {
  const id = assetIdOf(context);
  const { searchParams } = context.url;
  const { history } = context.services;
  const toSeq = readSeq(searchParams.get("to"), "to");
  const fromSeq = readSeq(searchParams.get("from"), "from");
  const lives = livesOf(context);
  const to = toSeq === null ? await history.latest(id, lives) : await history.at(id, lives, toSeq);
  const from =
    fromSeq === null ? await history.before(id, lives, to.seq) : await history.at(id, lives, fromSeq);
  const [before, after] = [shownValue(from, mayWrite(context)), shownValue(to, mayWrite(context))];
  const lines = differenceLines(before, after);
  if (searchParams.get("format") === "text") {
    const head = [`from ${endOf(from)}`, `to   ${endOf(to)}`];
    return text([...head, ...lines, ""].join("\n"));
  }
  return json(
    JSON.stringify({
      from: from === null ? null : shownRevision(from),
      to: shownRevision(to),
      patch: mergePatchBetween(before, after),
      lines,
    }),
  );
}

/** Writes an old definition as a new revision, under the conditions of the request; undelete is the same. */
export async function rollbackAsset(context: Context): Promise<Response> {
  const id = assetIdOf(context);
  const { seq } = goDecode(Rollback, parseBody(await readBody(context.request)));
  if (seq === undefined) throw invalid('the body is not as in {"seq":42}, the revision to go back to');
  const condition = readConditions(context.request.headers);
  const { history } = context.services;
  const asset = await history.rollback(id, livesOf(context), seq, condition, commitOf(context));
  return json(asset.definition, { ETag: asset.etag });
}

function endOf(revision: AssetRevision | null): string {
  if (revision === null) return "nothing";
  const { seq, action, who, when } = shownRevision(revision);
  return `revision ${seq}: ${action} by ${who} at ${when}`;
}

/** Whoever may write the asset sees the headers it is fetched with; others see that they are there. */
function mayWrite(context: Context): boolean {
  return allows(principalOf(context).grants, needOf(context, "edit"));
}

/** What the caller may read of a namespace that was deleted and created again, in the role that decides on secrets. */
function livesOf(context: Context): Lives {
  const role = mayWrite(context) ? "edit" : "view";
  return readableLives(principalOf(context).grants, needOf(context, role));
}

function needOf(context: Context, role: Role): Need {
  return { role, namespace: namespaceOf(context), name: context.params["name"] ?? null };
}
