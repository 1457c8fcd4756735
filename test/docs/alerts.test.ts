import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ALERTS } from "../../scripts/alerts/alerts.ts";
import { withAlerts } from "../../scripts/alerts/table.ts";

const document = readFileSync("docs/operations.md", "utf8");

it("the table of alerts is that of scripts/alerts/alerts.ts (npm run readme makes it so)", () => {
  expect(withAlerts(document)).toBe(document);
});

it.each(ALERTS.map(({ name, runbook }) => [name, runbook]))(
  "the alert %s has a runbook: %s",
  (_, runbook) => {
    expect(document).toContain(`\n### ${runbook}\n`);
  },
);
