import { decodeAsset } from "../../definitions/decode.ts";
import type { Context } from "../../context.ts";
import { parseBody, readBody } from "../../http/body.ts";
import { json } from "../../http/respond.ts";
import { Linter } from "./linter.ts";
import { findingsIn } from "./asset-findings.ts";

/** What is legal in the asset of the body and yet wrong; nothing is stored. */
export async function lintBody(context: Context): Promise<Response> {
  const asset = decodeAsset(parseBody(await readBody(context.request)));
  const warnings = findingsIn(asset, new Linter());
  return json(JSON.stringify({ name: asset.metadata?.name ?? null, warnings }));
}
