/** The entity tags a header names, quotes and `W/` included; `*` is any; null when the header is absent or blank. */
export type NamedTags = readonly string[] | "*" | null;

/** What a request asks to hold before anything is done. Tags of `noneMatch` are compared weakly, so without `W/`. */
export type Condition = { match: NamedTags; noneMatch: NamedTags };

const MAX_HEADER_LENGTH = 8_192;
const MAX_TAGS = 100;

// One member of a list, up to its comma: an entity tag (RFC 9110 §8.8.3, may hold commas), a star, or neither.
const MEMBER = /[\t ]*(?:(\*|(?:W\/)?"[!#-~\x80-\uffff]*")[\t ]*(?=,|$)|[^,]*)(?:,|$)/g;

export function readConditions(headers: Headers): Condition {
  const noneMatch = tagsOf(headers.get("if-none-match"));
  return {
    match: tagsOf(headers.get("if-match")),
    noneMatch: Array.isArray(noneMatch) ? noneMatch.map(opaque) : noneMatch,
  };
}

/**
 * Whether a write may go ahead (contract §2.11, T99-T107). `etags` are all strong tags the current representation
 * goes by, quoted; none when it does not exist. If-Match compares strongly, so a weak tag never matches there.
 */
export function holds({ match, noneMatch }: Condition, etags: readonly string[]): boolean {
  const exists = etags.length > 0;
  const matched = match === "*" ? exists : (match?.some((tag) => etags.includes(tag)) ?? true);
  const met = noneMatch === "*" ? exists : (noneMatch?.some((tag) => etags.includes(tag)) ?? false);
  return matched && !met;
}

/** Whether a GET is answered with 304. If-Match is not looked at: sensu-backend ignores it on GET (contract §2.11). */
export function notModified(headers: Headers, etag: string): boolean {
  const { noneMatch } = readConditions(headers);
  return !holds({ match: null, noneMatch }, [opaque(etag)]);
}

function opaque(tag: string): string {
  return tag.startsWith("W/") ? tag.slice(2) : tag;
}

/** Members that are no entity tag are left out, so they match nothing; a header too long to look at names none. */
function tagsOf(header: string | null): NamedTags {
  const list = header?.trim() ?? "";
  if (list === "") return null;
  if (list.length > MAX_HEADER_LENGTH) return [];
  const tags: string[] = [];
  for (const [, tag] of list.matchAll(MEMBER)) {
    if (tag === "*") return "*";
    if (tag !== undefined) tags.push(tag);
    if (tags.length === MAX_TAGS) break;
  }
  return tags;
}
