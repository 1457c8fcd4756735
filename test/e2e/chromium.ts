// Debian's Chromium, or the one of the variable CHROMIUM; without one, what needs it is skipped and says so.
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";
import { describe, it } from "vitest";

const PLACES = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** Nothing of its own reaches the network. */
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));

/** Runs the suite with what starts a browser that knows nothing of earlier ones. */
export function describeWithChromium(title: string, suite: (launch: () => Promise<Browser>) => void): void {
  if (executablePath === undefined) {
    it.skip(`${title} (install chromium, or name one in CHROMIUM, to run this)`, () => undefined);
  } else {
    describe(title, () => suite(() => chromium.launch({ executablePath, args: ARGUMENTS })));
  }
}
