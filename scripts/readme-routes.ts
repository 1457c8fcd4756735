// npm run readme: writes the route table of the README, and the table of alerts of docs/operations.md.
import { readFileSync, writeFileSync } from "node:fs";
import { routes } from "../src/routes.ts";
import { withAlerts } from "./alerts/table.ts";
import { ROUTE_SUMMARIES } from "./route-summaries.ts";

const OPERATIONS = "docs/operations.md";
const BLOCK = /(<!-- routes:[^>]*-->\n)[\s\S]*?(\n<!-- \/routes -->)/;

/** The README with its route table made anew. */
export function withRoutes(readme: string): string {
  const rows = routes.map(({ method, path, access }) => {
    const summary = ROUTE_SUMMARIES[`${method} ${path}`];
    if (summary === undefined)
      throw new Error(`scripts/route-summaries.ts has no line for ${method} ${path}`);
    const shown = path.replaceAll(/:(\w+)\+?/g, "{$1}");
    return `| ${method} | \`${shown}\` | ${access === "public" ? "anyone" : `\`${access}\``} | ${summary} |`;
  });
  const table = ["", "| method | path | who | |", "|---|---|---|---|", ...rows, ""].join("\n");
  return readme.replace(BLOCK, (_, open: string, close: string) => `${open}${table}${close}`);
}

if (import.meta.main) {
  writeFileSync("README.md", withRoutes(readFileSync("README.md", "utf8")));
  writeFileSync(OPERATIONS, withAlerts(readFileSync(OPERATIONS, "utf8")));
  console.log(`README.md and ${OPERATIONS}: their tables are current`);
}
