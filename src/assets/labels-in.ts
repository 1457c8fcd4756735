import type { Spend } from "./selector-lists.ts";

/** What a character of a label weighs, and one of the rest of a definition, which is only searched. */
const LABEL_WEIGHT = 12;
const SEARCH_WEIGHT = 1;

const METADATA = '"metadata":{';
const LABELS = '"labels":{';
/** A member of a map of texts, as it is encoded. */
const MEMBER = /"((?:[^"\\]|\\.)*)":"((?:[^"\\]|\\.)*)"[,}]/y;

/**
 * The labels of these keys in a definition as `encodeAsset` writes it, without parsing the rest of it: an object with
 * very many members takes long to make. Within a string a quote has a backslash before it, and only metadata and its
 * maps are objects of these names, so that the marks stand nowhere else.
 */
export function labelsIn(definition: string, wanted: ReadonlySet<string>, spend: Spend): Map<string, string> {
  const found = new Map<string, string>();
  if (wanted.size === 0) return found;
  spend(SEARCH_WEIGHT * definition.length);
  const metadata = definition.indexOf(METADATA);
  const labels = metadata === -1 ? -1 : definition.indexOf(LABELS, metadata);
  if (labels === -1) return found;
  MEMBER.lastIndex = labels + LABELS.length;
  for (;;) {
    const start = MEMBER.lastIndex;
    const member = MEMBER.exec(definition);
    if (member === null) return found;
    const [all, key = "", value = ""] = member;
    spend(LABEL_WEIGHT * (MEMBER.lastIndex - start));
    const text = textOf(key);
    if (wanted.has(text)) found.set(text, textOf(value));
    if (all.endsWith("}")) return found;
  }
}

function textOf(quoted: string): string {
  return quoted.includes("\\") ? JSON.parse(`"${quoted}"`) : quoted;
}
