import { filterExpressions } from "./filters.ts";
import type { Asset, Build } from "./schema.ts";

/** A build with its filters as the expressions that agents evaluate, whatever form they were written in. */
export interface AgentBuild {
  readonly url: string;
  readonly sha512: string;
  readonly filters: readonly string[];
  readonly headers: Readonly<Record<string, string>> | null;
}

export interface AgentAsset extends AgentBuild {
  readonly builds: readonly AgentBuild[];
}

/** Converts an asset to the form agents use: filters as expressions, no headers as null. */
export function agentView(asset: Asset): AgentAsset {
  return { ...agentBuild(asset), builds: (asset.builds ?? []).map(agentBuild) };
}

function agentBuild({ url = "", sha512 = "", filters, headers = {} }: Build): AgentBuild {
  const isEmpty = Object.keys(headers).length === 0;
  return { url, sha512, filters: filterExpressions(filters), headers: isEmpty ? null : headers };
}
