/** Longer texts are no misspelling of a name; comparing them would cost more than the hint is worth. */
const LONGEST = 64;

/** The name that `word` most likely misspells; null when none is near. Letter case, `-` and `_` count for nothing. */
export function nearestName(word: string, names: readonly string[]): string | null {
  if (word.length > LONGEST) return null;
  const plain = plainForm(word);
  const ranked = names
    .map((name) => ({ name, distance: editDistance(plain, plainForm(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.name ?? null;
}

function plainForm(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, "");
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each one edit. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let index = 0; index < from.length; index += 1) {
    const row = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[index] === to[column - 1];
      const isSwap = column > 1 && from[index] === to[column - 2] && from[index - 1] === to[column - 1];
      row.push(
        Math.min(
          (last[column - 1] ?? 0) + Number(!isSame),
          (last[column] ?? 0) + 1,
          (row[column - 1] ?? 0) + 1,
          isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
