/** Called with the number of characters about to be looked at; throws when there have been enough. */
export type Spend = (characters: number) => void;

/** What a character of a list weighs: each may be an item that is cut, trimmed and stored. */
const CUT_WEIGHT = 16;

/** Values of one asset read as lists: each is cut into its items once, however many operations ask for it. */
export class Lists {
  readonly #cut = new Map<string, ReadonlySet<string>>();
  readonly #spend: Spend;

  constructor(spend: Spend) {
    this.#spend = spend;
  }

  /** The items between commas, without the blanks around each and the brackets around the list. */
  itemsOf(list: string): ReadonlySet<string> {
    const known = this.#cut.get(list);
    if (known !== undefined) return known;
    this.#spend(CUT_WEIGHT * list.length);
    const items = cut(list);
    this.#cut.set(list, items);
    return items;
  }
}

function cut(list: string): ReadonlySet<string> {
  let start = 0;
  let end = list.length;
  while (start < end && isBracket(list.charAt(start))) start++;
  while (start < end && isBracket(list.charAt(end - 1))) end--;
  return new Set(
    list
      .slice(start, end)
      .split(",")
      .map((item) => item.trim()),
  );
}

function isBracket(character: string): boolean {
  return character === "[" || character === "]";
}
