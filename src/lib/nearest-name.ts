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

/** Levenshtein's distance: insertions, deletions and substitutions of one character. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const substituted = (row[column - 1] ?? 0) + Number(from[index] !== to[column - 1]);
      next.push(Math.min(substituted, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
