/** How many values facts consist of: members and items at every level. Stops counting past `most`. */
export function factCount(facts: unknown, most = Infinity): number {
  const open: unknown[] = [facts];
  let count = 0;
  while (open.length > 0 && count <= most) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    const inner: unknown[] = Object.values(value);
    count += inner.length;
    for (const one of inner) open.push(one);
  }
  return count;
}
