import { decodeAsset } from "../../definitions/decode.ts";
import { ApiError, noAsset } from "../../errors.ts";
import { Budget, BudgetExhausted } from "../../es5/budget.ts";
import { FilterReader } from "../../es5/filter-reader.ts";
import type { AssetName, Namespace } from "../../identity/names.ts";
import type { StoredAsset } from "../../store/asset-store.ts";
import type { Rule } from "../choose.ts";
import type { Facts } from "../facts.ts";
import type { MirrorMembers } from "../mirror.ts";
import { noMatchMessage } from "../no-match.ts";
import { resolveAsset, type Resolved } from "../resolve-asset.ts";
import { Subject } from "../subject.ts";

/** Steps that one of many assets may take, so that one cannot keep the others from theirs. Published ones take hundreds. */
export const ASSET_STEPS = 20_000;
/** Work of reading a character of a definition, and of writing one of an answer. */
const READ_WORK = 1;
const WRITTEN_WORK = 4;

/** What became of one asset of a question. `failed`: it exists, or may exist, but there is no saying which build it is. */
export type Outcome =
  | { readonly name: AssetName; readonly outcome: "resolved"; readonly resolved: Resolved & MirrorMembers }
  | { readonly name: AssetName; readonly outcome: "none" | "missing" | "failed"; readonly message: string };

export interface ManyQuestion {
  readonly namespace: Namespace;
  /** In byte order; null for all. */
  readonly names: readonly AssetName[] | null;
  readonly facts: Facts;
  readonly rule: Rule;
}

/** What a question is answered from. */
export interface Known {
  /** In byte order of their names. */
  readonly assets: readonly StoredAsset[];
  /** Names of which no store can say whether they exist. */
  readonly unknown: ReadonlySet<string>;
}

/**
 * Writes the outcome of each asset, in byte order of the names, as `write` puts it. All of them together have the budget
 * of one request and each has a share of it, a single name all: what is beyond is `failed` for that asset alone. The same
 * question about the same assets has the same outcomes in every isolate.
 */
export function writeOutcomes(
  { namespace, names, facts, rule }: ManyQuestion,
  { assets, unknown }: Known,
  write: (outcome: Outcome) => string,
): string[] {
  const budget = new Budget();
  const subject = new Subject(facts, new FilterReader(budget));
  const share = names?.length === 1 ? budget.steps : ASSET_STEPS;
  const resolved = (stored: StoredAsset): string => {
    try {
      // The facts are the request's own: no asset's share pays for them, nor for what the asset before has written to them.
      subject.prepare();
      return budget.share(share, () => {
        budget.spend(READ_WORK * stored.definition.length);
        const written = write(outcomeOf(stored, { facts, subject }, rule, budget));
        budget.spend(WRITTEN_WORK * written.length);
        return written;
      });
    } catch (error) {
      const isOwn = error instanceof BudgetExhausted || isInvalid(error);
      if (isOwn) return write(failed(stored.name, error.message));
      throw error;
    }
  };
  if (names === null) return assets.map(resolved);
  const found = new Map(assets.map((stored) => [stored.name, stored]));
  return names.map((name) => {
    const stored = found.get(name);
    if (stored !== undefined) return resolved(stored);
    if (unknown.has(name)) return write(failed(name, UNKNOWN));
    return write({ name, outcome: "missing", message: noAsset({ namespace, name }).named().message });
  });
}

/** What the format cannot hold. */
function isInvalid(error: unknown): error is ApiError {
  return error instanceof ApiError && error.kind === "invalidArgument";
}

const UNKNOWN = "the database does not answer, and nothing else says whether there is such an asset";

function failed(name: AssetName, why: string): Outcome {
  return { name, outcome: "failed", message: `${name} cannot be resolved: ${why}` };
}

function outcomeOf(
  { name, definition }: StoredAsset,
  machine: { readonly facts: Facts; readonly subject: Subject },
  rule: Rule,
  budget: Budget,
): Outcome {
  const resolution = resolveAsset(decodeAsset(JSON.parse(definition)), machine, rule, budget);
  return resolution.outcome === "none"
    ? { name, outcome: "none", message: noMatchMessage(name, resolution) }
    : { name, outcome: "resolved", resolved: resolution.resolved };
}
