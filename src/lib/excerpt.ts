/**
 * Cuts a text that is longer than `characters` and adds an ellipsis. Always a copy: a slice would keep the whole text in
 * memory.
 */
export function excerpt(text: string, characters: number): string {
  const copy: string = JSON.parse(JSON.stringify(text.slice(0, characters)));
  return text.length > characters ? `${copy}...` : copy;
}
