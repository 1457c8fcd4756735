// The table of alerts in docs/operations.md.
import { ALERTS } from "./alerts.ts";
import { conditionText } from "./condition.ts";

const BLOCK = /(<!-- alerts:[^>]*-->\n)[\s\S]*?(\n<!-- \/alerts -->)/;

/** The document with its table of alerts made again. */
export function withAlerts(document: string): string {
  const rows = ALERTS.map(({ name, condition, means, runbook }) => {
    return `| ${name} | ${conditionText(condition)} | ${means} | [${runbook}](#${anchorOf(runbook)}) |`;
  });
  const table = ["", "| alert | fires on | means | go to |", "|---|---|---|---|", ...rows, ""].join("\n");
  return document.replace(BLOCK, (_, open: string, close: string) => `${open}${table}${close}`);
}

/** The anchor that GitHub gives to a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}
