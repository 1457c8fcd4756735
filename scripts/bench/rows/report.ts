// The figures of operations as a table of Markdown, and which statements read more than they may.
import { ROWS_FOR_ONE, type Measured } from "./measure.ts";
import { commitsOf, type StoreSize } from "./store.ts";

const BLOCK = /(<!-- growth\b[^>]*-->\n)[\s\S]*?(\n<!-- \/growth -->)/;

/** The page with these figures between its marks. */
export function withGrowth(page: string, figures: string): string {
  if (!BLOCK.test(page)) throw new Error("the page has no <!-- growth --> and <!-- /growth -->");
  return page.replace(BLOCK, (_, open: string, close: string) => `${open}\n${figures}${close}`);
}

const count = (value: number) => Math.round(value).toLocaleString("en");

/** How much there is, and a row an operation. */
export function report(size: StoreSize, measured: readonly Measured[]): string {
  const sizes = [
    `${count(size.namespaces)} namespaces`,
    `${count(size.assets)} assets`,
    `${count(commitsOf(size))} commits`,
    `${count(size.keys)} keys`,
  ];
  const rows = measured.map((one) => [
    one.name,
    one.ms.toFixed(0),
    one.cpuMs?.toFixed(0) ?? "",
    count(one.statements),
    count(one.rowsRead),
    count(one.rowsUsed),
    one.ratio.toFixed(1),
  ]);
  const head = [
    "one request",
    "ms",
    "CPU ms",
    "statements",
    "rows read",
    "returned or changed",
    "worst ratio",
  ];
  return `${sizes.join(", ")}.\n\n${[head, head.map(() => "---"), ...rows].map(line).join("\n")}\n`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** A paragraph for each statement that reads more than it may. */
export function complaints(measured: readonly Measured[]): string[] {
  const worst = new Map<string, string>();
  for (const { name, exceeding } of measured) {
    for (const { sql, rowsRead, rowsReturned, rowsChanged } of exceeding) {
      const text = sql.replaceAll(/\s+/g, " ");
      worst.set(
        text,
        `${name}: reads ${count(rowsRead)} rows, over ${ROWS_FOR_ONE} times the ${count(rowsReturned)} it returns ` +
          `and the ${count(rowsChanged)} it changes: ${text}`,
      );
    }
  }
  return [...worst.values()];
}
