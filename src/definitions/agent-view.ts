import { filterExpressions } from "./filters.ts";
import type { Asset, Build } from "./schema.ts";

/** A build with its filters as the expressions that agents evaluate, whatever form they were written in. */
export interface ExpressedBuild {
  readonly url: string;
  readonly sha512: string;
  readonly filters: readonly string[];
  readonly headers: Readonly<Record<string, string>> | null;
}

export interface ExpressedAsset extends ExpressedBuild {
  readonly builds: readonly ExpressedBuild[];
}

/** An asset as agents see it. */
export function expressedAsset(asset: Asset): ExpressedAsset {
  return { ...expressedBuild(asset), builds: (asset.builds ?? []).map(expressedBuild) };
}

function expressedBuild({ url = "", sha512 = "", filters, headers = {} }: Build): ExpressedBuild {
  const isEmpty = Object.keys(headers).length === 0;
  return { url, sha512, filters: filterExpressions(filters), headers: isEmpty ? null : headers };
}
