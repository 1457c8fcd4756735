/**
 * A text, cut with an ellipsis where it is longer than this. Always a copy: a part of a text keeps the whole of it in
 * memory for as long as it is held itself.
 */
export function excerpt(text: string, characters: number): string {
  const copy: string = JSON.parse(JSON.stringify(text.slice(0, characters)));
  return text.length > characters ? `${copy}...` : copy;
}
