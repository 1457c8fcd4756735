/** Called with the number of characters about to be looked at; throws when there have been enough. */
export type Spend = (characters: number) => void;

/** What a character of a list weighs: the text that is looked for may stand at each. */
const LIST_WEIGHT = 16;

/** Values of one asset read as lists: each is searched for a text once, however many operations ask for it. */
export class Lists {
  readonly #known = new Map<string, Map<string, boolean>>();
  readonly #spend: Spend;

  constructor(spend: Spend) {
    this.#spend = spend;
  }

  /** Whether a text is an item: between commas, without the blanks around it and the list's own brackets. */
  hasItem(list: string, wanted: string): boolean {
    const known = this.#known.get(list) ?? new Map<string, boolean>();
    this.#known.set(list, known);
    const before = known.get(wanted);
    if (before !== undefined) return before;
    this.#spend(LIST_WEIGHT * list.length);
    const answer = hasItem(list, wanted);
    known.set(wanted, answer);
    return answer;
  }
}

function hasItem(list: string, wanted: string): boolean {
  let start = 0;
  let end = list.length;
  while (start < end && isBracket(list.charAt(start))) start++;
  while (start < end && isBracket(list.charAt(end - 1))) end--;
  const items = list.slice(start, end);
  if (wanted === "") return hasBlankItem(items);
  if (wanted.includes(",") || wanted.trim() !== wanted) return false;
  for (let at = items.indexOf(wanted); at >= 0; at = items.indexOf(wanted, at + 1)) {
    if (isItemEdge(items, at - 1, -1) && isItemEdge(items, at + wanted.length, 1)) return true;
  }
  return false;
}

function hasBlankItem(items: string): boolean {
  let isBlankSoFar = true;
  for (const character of items) {
    if (character === ",") {
      if (isBlankSoFar) return true;
      isBlankSoFar = true;
    } else if (isBlankSoFar) isBlankSoFar = isBlank(character);
  }
  return isBlankSoFar;
}

/** Whether nothing but blanks lies between a place in a list and a comma or the list's end. */
function isItemEdge(items: string, from: number, step: 1 | -1): boolean {
  let at = from;
  while (isBlank(items.charAt(at))) at += step;
  return items.charAt(at) === "" || items.charAt(at) === ",";
}

/** Whether `trim` would take the character away. */
function isBlank(character: string): boolean {
  if (character === " ") return true;
  return character !== "" && (character < "!" || character > "~") && character.trim() === "";
}

function isBracket(character: string): boolean {
  return character === "[" || character === "]";
}
