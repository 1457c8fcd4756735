/** Methods that later editions added to texts and lists, each with what does the same in ES5. */
export const LATER_METHODS: ReadonlyMap<string, string> = new Map([
  ["startsWith", "write .indexOf(x) == 0"],
  ["endsWith", "write .slice(-x.length) == x"],
  ["includes", "write .indexOf(x) >= 0"],
  ["find", "write .filter(f)[0]"],
  ["findIndex", "use a loop"],
  ["padStart", "use a loop"],
  ["repeat", "use a loop"],
  ["at", "write an index in brackets"],
  ["flat", "use .concat()"],
  ["replaceAll", "use .replace(/x/g, y)"],
  ["trimStart", "write .trim()"],
  ["trimEnd", "write .trim()"],
]);
