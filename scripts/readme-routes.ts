// npm run readme: writes the route table of docs/api.md, and the table of alerts of docs/operations.md.
import { readFileSync, writeFileSync } from "node:fs";
import { routes } from "../src/routes.ts";
import { withAlerts } from "./alerts/table.ts";
import { command, DONE_OR_FAILED, runOf } from "./command/command.ts";
import { runInProcess } from "./command/io.ts";

const API = "docs/api.md";
const OPERATIONS = "docs/operations.md";
const BLOCK = /(<!-- routes:[^>]*-->\n)[\s\S]*?(\n<!-- \/routes -->)/;

/** The page of the API with the route table of today. */
export function withRoutes(page: string): string {
  const rows = routes.map(({ method, path, access, operation }) => {
    const shown = path.replaceAll(/:(\w+)\+?/g, "{$1}");
    const who = access === "public" ? "anyone" : `\`${access}\``;
    return `| ${method} | \`${shown}\` | ${who} | ${operation.summary} |`;
  });
  const table = ["", "| method | path | who | |", "|---|---|---|---|", ...rows, ""].join("\n");
  return page.replace(BLOCK, (_, open: string, close: string) => `${open}${table}${close}`);
}

export const run = runOf(
  command({
    name: "npm run readme --",
    summary: `write the route table of ${API} and the alerts of ${OPERATIONS}`,
    options: {},
    examples: ["npm run readme"],
    exitCodes: DONE_OR_FAILED,
    async run({ io }) {
      writeFileSync(API, withRoutes(readFileSync(API, "utf8")));
      writeFileSync(OPERATIONS, withAlerts(readFileSync(OPERATIONS, "utf8")));
      io.stdout.write(`${API} and ${OPERATIONS}: their tables are current\n`);
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);
