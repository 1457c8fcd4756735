// The page at /docs in a real browser, against a Worker that runs.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions, Page, Request } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, type StartedServer } from "../../scripts/started-server.ts";
import { describeWithChromium } from "./chromium.ts";
import { faintTexts, kept, overflow, unsaid } from "./page-checks.ts";
import { STRANGE_DOCUMENT } from "./strange-document.ts";

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };

type Operations = Record<string, { operationId: string }>;
const DOCUMENT = JSON.parse(readFileSync("public/openapi.json", "utf8")) as {
  paths: Record<string, Operations>;
};
const IDS = Object.values(DOCUMENT.paths).flatMap((item) =>
  Object.values(item).map(({ operationId }) => operationId),
);

/** The id of an operation, by which the page links to it. */
function idOf(method: string, path: string): string {
  const operation = DOCUMENT.paths[path]?.[method];
  if (operation === undefined) throw new Error(`public/openapi.json has no ${method} ${path}`);
  return operation.operationId;
}

const ASSETS = "/api/core/v2/namespaces/{namespace}/assets";
const ASSET = `${ASSETS}/{name}`;

interface Opened {
  readonly page: Page;
  /** What went wrong without the person being told: console errors, uncaught ones, requests to another host. */
  readonly faults: string[];
  readonly requests: Request[];
}

describeWithChromium("the page at /docs", (launch) => {
  let browser: Browser;
  let server: StartedServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launch(), startServer()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function open(
    hash = "",
    options: BrowserContextOptions = {},
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<Opened> {
    const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    const faults: string[] = [];
    const requests: Request[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => faults.push(`uncaught: ${String(error)}`));
    page.on("request", (request) => {
      requests.push(request);
      if (new URL(request.url()).origin !== server.url) faults.push(`request to ${request.url()}`);
    });
    await prepare?.(page);
    await page.goto(`${server.url}/docs${hash}`);
    return { page, faults, requests };
  }

  /** Fills the operation's form and sends it; the answer's status as the page shows it. */
  async function send(page: Page, id: string): Promise<string> {
    const form = page.locator(`#${id} form`);
    await form.getByRole("button", { name: "Send" }).click();
    await form.locator(".sending .status").waitFor();
    return form.locator(".sending .status").innerText();
  }

  const looks = [DESKTOP, PHONE].flatMap((viewport) =>
    (["light", "dark"] as const).map((colorScheme) => ({ viewport, colorScheme, width: viewport.width })),
  );

  it.each(looks)(
    "shows every operation whole, $width wide and $colorScheme",
    async ({ viewport, colorScheme }) => {
      const { page, faults } = await open("", { viewport, colorScheme });
      await page.locator(".operation").first().waitFor();
      const shown = await page.locator(".operation").evaluateAll((all) => all.map(({ id }) => id));
      expect(shown.sort()).toEqual([...IDS].sort());
      expect(IDS.length).toBeGreaterThan(0);
      expect(await page.evaluate(overflow)).toBe(0);

      // Everything that unfolds, unfolded.
      await page.evaluate(async () => {
        for (let folded; (folded = document.querySelectorAll("main details:not([open])")).length > 0;) {
          for (const details of folded) details.setAttribute("open", "");
          await new Promise((done) => setTimeout(done, 100));
        }
      });
      await page.locator(`#${IDS.at(-1)} form`).waitFor();
      expect(await page.evaluate(overflow)).toBe(0);
      expect(await page.evaluate(unsaid)).toEqual([]);
      expect(await page.evaluate(faintTexts)).toEqual([]);
      const [page_, text] = await page.evaluate(() => {
        const { backgroundColor, color } = getComputedStyle(document.body);
        return [backgroundColor, color];
      });
      expect([page_, text]).toEqual(
        colorScheme === "dark"
          ? ["rgb(20, 23, 27)", "rgb(227, 231, 236)"]
          : ["rgb(255, 255, 255)", "rgb(27, 31, 36)"],
      );
      expect(faults).toEqual([]);
      await page.context().close();
    },
  );

  it("sends an operation with a token and shows the answer; the token stays in the page's memory", async () => {
    const replace = idOf("put", ASSET);
    const list = idOf("get", ASSETS);
    const { page, faults, requests } = await open(`#${replace}`);
    await page.locator("#credential").fill(server.token);
    expect(await page.locator("#credential-state").innerText()).toBe("Sent as Authorization: Bearer …");
    expect(await send(page, replace)).toBe("201");

    await page.locator(`nav a[href="#${list}"]`).click();
    expect(await send(page, list)).toBe("200");
    const body = await page.locator(`#${list} .result pre`).innerText();
    expect(JSON.parse(body)).toMatchObject([{ metadata: { name: "my-secure-asset", namespace: "default" } }]);
    await page.locator(`#${list} .result summary`).click();
    expect(await page.locator(`#${list} .result .headers`).innerText()).toContain(
      "content-type: application/json",
    );

    expect(await page.evaluate(kept)).not.toContain(server.token);
    for (const request of requests) {
      const tried = new URL(request.url()).pathname.startsWith("/api/");
      expect(request.url()).not.toContain(server.token);
      expect(await request.headerValue("Authorization")).toBe(tried ? `Bearer ${server.token}` : null);
    }
    await page.reload();
    expect(await page.locator("#credential").inputValue()).toBe("");
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("copies a curl line that is the same request, and names the credential by a variable", async () => {
    const replace = idOf("put", ASSET);
    const { page, faults } = await open(`#${replace}`);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.locator("#credential").fill(server.token);
    const form = page.locator(`#${replace} form`);
    await form.locator("details > summary").first().click();
    await form.locator(`#${replace}-in-path-name`).fill("team/it");
    await form.locator(`#${replace}-in-header-X-Reason`).fill(`it's "new" & $HOME`);
    await form
      .locator(`#${replace}-in-body`)
      .fill(`{"url": "https://example.com/it's", "sha512": "${"a".repeat(128)}"}`);
    await form.getByRole("button", { name: "Copy curl line" }).click();
    await form.getByText("Copied").waitFor();
    const line = await page.evaluate(() => navigator.clipboard.readText());
    expect(line).not.toContain(server.token);
    expect(line).toContain("/assets/team%2Fit'");
    const { stdout } = spawnSync("sh", ["-c", `${line} -s -w '%{http_code}'`], {
      env: { ...process.env, SENSU_TOKEN: server.token },
      encoding: "utf8",
    });
    expect(stdout).toBe("201");
    const revisions = await fetch(`${server.url}/api/edge/v1/namespaces/default/assets/team%2Fit/revisions`, {
      headers: { Authorization: `Bearer ${server.token}` },
    });
    expect(await revisions.json()).toMatchObject([{ reason: `it's "new" & $HOME` }]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("says what a wrong token gets", async () => {
    const list = idOf("get", ASSETS);
    const { page, faults } = await open(`#${list}`);
    await page.locator(`#${list} form`).getByLabel("Access token or API key").fill("not-a-token");
    expect(await send(page, list)).toBe("401");
    const body = await page.locator(`#${list} .result pre`).innerText();
    expect(JSON.parse(body)).toEqual({ message: expect.any(String) as string, code: 5 });
    // The browser's own word on a 401, and no other.
    expect(faults).toEqual([expect.stringContaining("the server responded with a status of 401")]);
    await page.context().close();
  });

  it("sends an API key by the scheme Key", async () => {
    const list = idOf("get", "/api/core/v2/namespaces");
    const made = await fetch(`${server.url}/api/edge/v1/keys`, {
      method: "POST",
      headers: { Authorization: `Bearer ${server.token}` },
      body: JSON.stringify({ name: "docs-page", grants: ["view@*"] }),
    });
    const { key } = (await made.json()) as { key: string };
    const { page, faults, requests } = await open(`#${list}`);
    await page.locator("#credential").fill(`export SENSU_API_KEY=${key}`);
    expect(await send(page, list)).toBe("200");
    const sent = requests.find((request) => new URL(request.url()).pathname.startsWith("/api/"));
    expect(await sent?.headerValue("Authorization")).toBe(`Key ${key}`);
    expect(await page.locator(`#${list} .curl`).innerText()).toContain(
      '-H "Authorization: Key $SENSU_API_KEY"',
    );
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("logs in with a name and a key, and asks for no token there", async () => {
    const login = idOf("get", "/auth");
    const { page, faults } = await open(`#${login}`);
    const form = page.locator(`#${login} form`);
    expect(await form.getByLabel("Access token or API key").count()).toBe(0);
    await form.getByLabel("Name of the key").fill("nobody");
    await form.getByLabel("The key", { exact: true }).fill("nothing");
    expect(await send(page, login)).toBe("401");
    expect(faults).toEqual([expect.stringContaining("the server responded with a status of 401")]);
    await page.context().close();
  });

  it("does not follow a redirect to another host, and says so", async () => {
    const download = idOf("get", "/api/edge/v1/namespaces/{namespace}/assets/{name}/download");
    // The browser reports a request for where a redirect leads even if it makes none, so the place itself counts.
    let visits = 0;
    const elsewhere = createServer((_request, response) => response.end(String((visits += 1))));
    await new Promise<void>((listening) => elsewhere.listen(0, "127.0.0.1", listening));
    const { port } = elsewhere.address() as AddressInfo;
    const { page } = await open(`#${download}`);
    await fetch(`${server.url}/api/core/v2/namespaces/default/assets/to-fetch`, {
      method: "PUT",
      headers: { Authorization: `Bearer ${server.token}` },
      body: JSON.stringify({ url: `http://127.0.0.1:${port}/a.tar.gz`, sha512: "a".repeat(128) }),
    });
    await page.locator("#credential").fill(server.token);
    await page.locator(`#${download}-in-path-name`).fill("to-fetch");
    expect(await send(page, download)).toBe("3xx");
    expect(await page.locator(`#${download} .sending`).innerText()).toContain("The answer is a redirect.");
    await page.context().close();
    elsewhere.close();
    expect(visits).toBe(0);
  });

  it("is used with the keyboard alone", async () => {
    const version = idOf("get", "/version");
    const { page, faults } = await open();
    await page.locator(".operation").first().waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
    const tabTo = async (there: () => Promise<boolean>) => {
      for (let steps = 0; steps < 40; steps += 1) {
        await page.keyboard.press("Tab");
        if (await there()) return;
      }
      throw new Error("not reached within 40 steps");
    };
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the description");
    expect((await page.locator(".skip").boundingBox())?.y).toBeGreaterThanOrEqual(0);

    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("filter");
    await page.keyboard.type(`get ${version}`);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const summary = page.locator(`#${version} > summary`);
    await expect.poll(() => summary.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await summary.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe("solid");

    // Closed and opened again, as any disclosure.
    await page.keyboard.press("Enter");
    expect(await page.locator(`#${version} form`).isVisible()).toBe(false);
    await page.keyboard.press("Space");
    await tabTo(async () => (await focused()) === "Send GET");
    await page.keyboard.press("Enter");
    await page.locator(`#${version} .result pre`).waitFor();
    expect(await page.locator(`#${version} .sending .status`).innerText()).toBe("200");
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("opens the operation that the address names, also past a filter and when the address changes", async () => {
    const [first = "", second = ""] = IDS;
    const { page, faults } = await open(`#${second}`);
    await page.locator(`#${second}[open] form`).waitFor();
    expect(await page.locator(".operation[open]").count()).toBe(1);
    expect(await page.locator('nav a[aria-current="true"]').getAttribute("href")).toBe(`#${second}`);

    await page.locator("#filter").fill("no such words");
    expect(await page.locator(".operation:visible").count()).toBe(0);
    expect(await page.locator("nav .state").innerText()).toBe("No operation matches.");
    await page.evaluate((id) => (location.hash = id), first);
    await page.locator(`#${first}[open] form`).waitFor();
    expect(await page.locator("#filter").inputValue()).toBe("");
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("filters the page and the contents by words of method, path and summary", async () => {
    const { page, faults } = await open();
    await page.locator("#filter").fill("DELETE asset");
    const shown = await page.locator(".operation:visible").evaluateAll((all) => all.map(({ id }) => id));
    expect(shown).toEqual([idOf("delete", ASSET)]);
    expect(await page.locator("nav li li:visible").count()).toBe(1);
    expect(await page.locator("nav .state").innerText()).toBe(`1 of ${IDS.length} operations`);
    await page.locator("#filter").fill("");
    expect(await page.locator(".operation:visible").count()).toBe(IDS.length);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("folds the contents away on a phone once one was chosen", async () => {
    const [first = ""] = IDS;
    const { page } = await open("", { viewport: PHONE });
    const link = page.locator(`nav a[href="#${first}"]`);
    await page.locator(".operation").first().waitFor();
    expect(await link.isVisible()).toBe(false);
    await page.locator(".contents > summary").click();
    await link.click();
    await page.locator(`#${first}[open] form`).waitFor();
    expect(await link.isVisible()).toBe(false);
    await page.context().close();
  });

  it("says so when the description cannot be loaded, and tries again", async () => {
    const { page } = await open("", {}, (opening) =>
      opening.route("**/openapi.json", (route) => route.fulfill({ status: 503, body: "" }), { times: 2 }),
    );
    const alert = page.getByRole("alert");
    expect(await alert.innerText()).toContain("/openapi.json: the server answered 503.");
    await page.unroute("**/openapi.json");
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.locator(".operation").first().waitFor();
    expect(await alert.count()).toBe(0);
    await page.context().close();
  });

  it("leads to the description where there is no JavaScript", async () => {
    const { page } = await open("", { javaScriptEnabled: false });
    expect(await page.locator("noscript a").getAttribute("href")).toBe("/openapi.json");
    expect(await page.locator("noscript").innerText()).toContain("This page needs JavaScript.");
    await page.context().close();
  });

  it("shows a description's markup as text, follows no circle, and links nowhere unsafe", async () => {
    const { page, faults, requests } = await open("#strange", { viewport: PHONE }, (opening) =>
      opening.route("**/openapi.json", (route) => route.fulfill({ json: STRANGE_DOCUMENT })),
    );
    const operation = page.locator("#strange");
    await operation.locator("form").waitFor();
    expect(await page.locator("main :is(img, script, iframe, style)").count()).toBe(0);
    expect(await page.evaluate(() => "hit" in window)).toBe(false);
    expect(await page.locator("h1").innerText()).toContain('<img src=x onerror="window.hit=1">');
    const links = await page
      .locator(".introduction a")
      .evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    expect(links).toEqual([`${server.url}/version`, "/openapi.json"]);

    const folded = operation.locator(".body > .content details:not([open]) > summary");
    while ((await folded.count()) > 0) await folded.first().click();
    const request = operation.locator(".schema").first();
    expect(await request.innerText()).toContain("Tree: as above.");
    expect(await request.innerText()).toContain('one of "green", "brown", null; default "green"');
    expect(await request.innerText()).toContain("No other members.");
    await operation.locator(".response > summary").first().click();
    expect(await operation.locator(".response .schema").first().innerText()).toContain("One of:");
    expect(await page.evaluate(overflow)).toBe(0);

    await page.locator("#strange-in-query-tags").fill("a&b\nc");
    expect(await page.locator("#strange-in-body").inputValue()).toBe(
      JSON.stringify({ label: "oak", colour: "green", children: [] }, null, 2),
    );
    expect(await send(page, "strange")).toBe("404");
    expect(requests.at(-1)?.url()).toBe(`${server.url}/strange/a%2Fb%20c?tags=a%26b&tags=c`);
    expect(faults).toEqual([expect.stringContaining("the server responded with a status of 404")]);
    await page.context().close();
  });
});
