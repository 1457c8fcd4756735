import { expect, it } from "vitest";

import { quoteGo } from "../../src/go-json/quote.ts";

it.each([
  ["plain text, é 字 😀", '"plain text, é 字 😀"'],
  [`it's "so" \\ far`, `"it's \\"so\\" \\\\ far"`],
  ["\u0007\b\t\n\v\f\r", '"\\a\\b\\t\\n\\v\\f\\r"'],
  ["\u0000\u001b\u007f", '"\\x00\\x1b\\x7f"'],
  ["\u0085\u00a0\u00ad\u2028\ufeff\ue000", '"\\u0085\\u00a0\\u00ad\\u2028\\ufeff\\ue000"'],
  ["\u{e0001}", '"\\U000e0001"'],
  ["\ud800", '"\ufffd"'],
])("quotes %j as strconv.Quote does", (text, quoted) => {
  expect(quoteGo(text)).toBe(quoted);
});
