import { invalid } from "../../errors.ts";
import { shortened } from "../../http/parameters.ts";
import { assetNameProblem, parseAssetName, type AssetName } from "../../identity/names.ts";

/** Names of one question. */
const MOST_NAMES = 1_000;

/**
 * The names of the parameter `names`, each once and in byte order; null where it is absent, which asks for all. Sensu's rule
 * keeps commas out of names, so a comma only ever separates two. A text that can name no asset is 400, and so is none:
 * an empty variable of a script must not ask for all.
 */
export function readNames(text: string | undefined): readonly AssetName[] | null {
  if (text === undefined) return null;
  if (text === "") throw invalid("names is empty; leave it out to ask for all assets");
  const names = new Set<AssetName>();
  for (const each of text.split(",")) {
    const name = parseAssetName(each);
    if (name === null) throw invalid(`invalid names "${shortened(each)}": ${assetNameProblem(each)}`);
    names.add(name);
    if (names.size > MOST_NAMES) {
      throw invalid(`names holds more than ${MOST_NAMES} names; ask for them in several requests`);
    }
  }
  return [...names].sort();
}
