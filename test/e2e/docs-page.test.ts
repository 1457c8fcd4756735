// The page at /docs in a real browser, against a Worker that runs.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page, Request } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, type StartedServer } from "../../scripts/started-server.ts";
import { installed } from "../support/installed.ts";
import { describeWithChromium } from "./chromium.ts";
import { faintTexts, kept, overflow, unsaid } from "./page-checks.ts";
import { STRANGE_DOCUMENT } from "./strange-document.ts";

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const SMALL_PHONE = { width: 360, height: 740 };
const WIDTHS = [DESKTOP, PHONE];

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

type Operations = Record<string, Operation>;
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

function operationsWith(has: (operation: Operation) => boolean): string[] {
  return Object.values(DOCUMENT.paths)
    .flatMap((item) => Object.values(item))
    .filter(has)
    .map(({ operationId }) => operationId);
}

/** What runs a sample, by its language; nothing where that may not be installed. */
const PROGRAMS: Readonly<Record<string, (sample: string) => readonly string[]>> = {
  curl: (sample) => ["sh", "-c", `${sample} -s`],
  JavaScript: (sample) => [process.execPath, "--input-type=module", "-e", sample],
  Python: (sample) => (installed("python3") === undefined ? [] : ["python3", "-c", sample]),
  Go: () => [],
};

const ASSETS = "/api/core/v2/namespaces/{namespace}/assets";
const ASSET = `${ASSETS}/{name}`;

interface Opened {
  readonly page: Page;
  /** What went wrong without a word on the page: console errors, uncaught ones, requests to another host. */
  readonly faults: string[];
  readonly requests: Request[];
}

describeWithChromium("the page at /docs", (launch) => {
  let browser: Browser;
  let server: StartedServer;
  // One tab is loaded again for each test: a browser's start and an empty cache cost most of such a suite's time.
  let tab: Page;
  let seen: Omit<Opened, "page"> = { faults: [], requests: [] };
  beforeAll(async () => {
    [browser, server] = await Promise.all([launch(), startServer()]);
    const context = await browser.newContext({ reducedMotion: "reduce" });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    tab = await context.newPage();
    tab.on("console", (message) => {
      if (message.type() === "error") seen.faults.push(`console: ${message.text()}`);
    });
    tab.on("pageerror", (error) => seen.faults.push(`uncaught: ${String(error)}`));
    tab.on("request", (request) => {
      seen.requests.push(request);
      if (new URL(request.url()).origin !== server.url) seen.faults.push(`request to ${request.url()}`);
    });
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function open(hash = "", viewport = DESKTOP): Promise<Opened> {
    await tab.goto("about:blank");
    await tab.setViewportSize(viewport);
    seen = { faults: [], requests: [] };
    await tab.goto(`${server.url}/docs${hash}`);
    await tab.locator(".operation, [role=alert]").first().waitFor();
    return { page: tab, ...seen };
  }

  /** Fills the operation's form and sends it; the answer's status as the page shows it. */
  async function send(page: Page, id: string): Promise<string> {
    const form = page.locator(`#${id} form`);
    await form.getByRole("button", { name: "Send" }).click();
    await form.locator(".sending .status").waitFor();
    return form.locator(".sending .status").innerText();
  }

  it("shows every operation", async () => {
    const { page, faults } = await open();
    const shown = await page.locator(".operation").evaluateAll((all) => all.map(({ id }) => id));
    expect(shown.sort()).toEqual([...IDS].sort());
    expect(IDS.length).toBeGreaterThan(0);
    for (const viewport of [DESKTOP, PHONE, SMALL_PHONE]) {
      await page.setViewportSize(viewport);
      expect([viewport.width, await page.evaluate(overflow)]).toEqual([viewport.width, 0]);
    }
    expect(faults).toEqual([]);
  });

  /** Unfolds everything that unfolds. */
  async function unfold(page: Page): Promise<void> {
    await page.evaluate(async () => {
      for (let folded; (folded = document.querySelectorAll("main details:not([open])")).length > 0;) {
        for (const details of folded) details.setAttribute("open", "");
        await new Promise((done) => setTimeout(done, 100));
      }
    });
    await page.locator(`#${IDS.at(-1)} form`).waitFor();
  }

  it("shows every operation whole, labelled and with contrast, 1280 wide, in both colour schemes", async () => {
    const { page, faults } = await open();
    await unfold(page);
    expect(await page.evaluate(overflow)).toBe(0);
    expect(await page.evaluate(unsaid)).toEqual([]);
    for (const [colorScheme, colours] of [
      ["dark", ["rgb(20, 23, 27)", "rgb(227, 231, 236)"]],
      ["light", ["rgb(255, 255, 255)", "rgb(27, 31, 36)"]],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      expect([colorScheme, await page.evaluate(faintTexts)]).toEqual([colorScheme, []]);
      const ofBody = await page.evaluate(() => {
        const { backgroundColor, color } = getComputedStyle(document.body);
        return [backgroundColor, color];
      });
      expect(ofBody).toEqual(colours);
    }
    expect(faults).toEqual([]);
  });

  it("shows every operation whole on phones, 390 and 360 wide", async () => {
    const { page, faults } = await open("", PHONE);
    await unfold(page);
    for (const viewport of [PHONE, SMALL_PHONE]) {
      await page.setViewportSize(viewport);
      expect([viewport.width, await page.evaluate(overflow)]).toEqual([viewport.width, 0]);
    }
    expect(faults).toEqual([]);
  });

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
    expect(JSON.parse(body)).toContainEqual(
      expect.objectContaining({
        metadata: expect.objectContaining({ name: "my-secure-asset", namespace: "default" }) as unknown,
      }),
    );
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
  });

  it("copies samples that send the same request, and name the credential by a variable", async () => {
    const replace = idOf("put", ASSET);
    const { page, faults } = await open(`#${replace}`);
    await page.locator("#credential").fill(server.token);
    const form = page.locator(`#${replace} form`);
    await form.locator("details > summary").first().click();
    await form.locator(`#${replace}-in-header-X-Reason`).fill(`it's "new" & $HOME`);
    const url = { plain: "https://example.com/it's", odd: "https://example.com/it's\\u0060${1}" };
    for (const [language, commandOf] of Object.entries(PROGRAMS)) {
      await form.getByRole("button", { name: language, exact: true }).click();
      for (const [text, link] of Object.entries(url)) {
        const name = `team/${text}-${language}`;
        await form.locator(`#${replace}-in-path-name`).fill(name);
        await form
          .locator(`#${replace}-in-body`)
          .fill(`{\n  "url": "${link}",\n  "sha512": "${"a".repeat(128)}"\n}`);
        await form.getByRole("button", { name: "Copy sample" }).click();
        await form.getByText("Copied").waitFor();
        const sample = await page.evaluate(() => navigator.clipboard.readText());
        expect(sample).not.toContain(server.token);
        expect(sample).toContain(`/assets/${encodeURIComponent(name)}`);

        const [program, ...args] = commandOf(sample);
        if (program === undefined) continue;
        const env = { ...process.env, SENSU_TOKEN: server.token };
        const { stdout, stderr } = spawnSync(program, args, { env, encoding: "utf8" });
        expect([name, stderr, stdout]).toEqual([name, "", expect.stringMatching(/\b201\b[^]*etag/i)]);
        const revisions = await fetch(
          `${server.url}/api/edge/v1/namespaces/default/assets/${encodeURIComponent(name)}/revisions`,
          { headers: { Authorization: `Bearer ${server.token}` } },
        );
        expect(await revisions.json()).toMatchObject([{ reason: `it's "new" & $HOME` }]);
      }
    }
    expect(faults).toEqual([]);
  });

  it("asks before it sends DELETE", async () => {
    const remove = idOf("delete", ASSET);
    const { page, requests } = await open(`#${remove}`);
    await page.locator("#credential").fill(server.token);
    const form = page.locator(`#${remove} form`);
    const deletes = () => requests.filter((request) => request.method() === "DELETE").length;
    const ask = async (answer: string) => {
      await form.getByRole("button", { name: "Send DELETE" }).click();
      const dialog = page.getByRole("dialog");
      expect(await dialog.innerText()).toContain(
        "Delete /api/core/v2/namespaces/default/assets/my-secure-asset?",
      );
      if (answer === "Escape") await page.keyboard.press("Escape");
      else await dialog.getByRole("button", { name: answer }).click();
    };
    for (const [no, viewport] of [
      ["Keep it", DESKTOP],
      ["Escape", DESKTOP],
      ["Keep it", PHONE],
    ] as const) {
      await page.setViewportSize(viewport);
      await ask(no);
      await form.getByText("Nothing was sent.").waitFor();
      expect(deletes()).toBe(0);
    }
    await ask("Yes, delete");
    await form.locator(".sending .status").waitFor();
    expect(deletes()).toBe(1);
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  it.each(WIDTHS)("says at the box what is wrong with a credential, $width wide", async (viewport) => {
    const list = idOf("get", ASSETS);
    const { page, faults, requests } = await open(`#${list}`, viewport);
    const form = page.locator(`#${list} form`);
    await form.getByRole("button", { name: "Send" }).click();
    const box = form.getByLabel("Access token or API key");
    await expect.poll(() => box.evaluate((element) => element === document.activeElement)).toBe(true);
    const state = page.locator("#credential-state");
    const missing = "Paste a token first: npm run token prints one.";
    expect(await form.locator(`#${list}-credential-state`).innerText()).toBe(missing);
    expect(await state.innerText()).toBe(missing);
    expect(requests.filter((request) => request.url().includes("/api/"))).toEqual([]);
    expect(faults).toEqual([]);

    const claims = (exp: number) =>
      `eyJhbGciOiJIUzI1NiJ9.${btoa(JSON.stringify({ exp }))}.c2ln`.replaceAll("=", "");
    for (const [given, said] of [
      ["not-a-token", /^This is neither an access token .* nor an API key/],
      ["a.b.c", /^This is neither/],
      ["sak_short", /^This is neither/],
      [claims(1_000_000_000), /^This token expired on .*: npm run token prints another\.$/],
      [claims(9_000_000_000), /^Sent as Authorization: Bearer …$/],
      [`sak_${"a".repeat(49)}`, /^Sent as Authorization: Key …$/],
    ] as const) {
      await box.fill(given);
      expect([given, await state.innerText()]).toEqual([given, expect.stringMatching(said)]);
      const invalid = String(!String(said).includes("Sent"));
      expect([given, await box.getAttribute("aria-invalid")]).toEqual([given, invalid]);
    }
    expect(await send(page, list)).toBe("401");
    expect(await state.innerText()).toBe("The server refused it: it is not valid here, or no longer.");
    const body = await page.locator(`#${list} .result pre`).innerText();
    expect(JSON.parse(body)).toEqual({ message: expect.any(String) as string, code: 5 });
    // The browser's own word on a 401, and no other.
    expect(faults).toEqual([expect.stringContaining("the server responded with a status of 401")]);
  });

  it.each(WIDTHS)("shows the credential and where to start first, $width wide", async (viewport) => {
    const { page, faults } = await open("", viewport);
    const top = async (selector: string) => (await page.locator(selector).boundingBox())?.y ?? NaN;
    expect(await top("#credential")).toBeLessThan(viewport.height / 2);
    expect(await top(".start")).toBeLessThan(viewport.height);
    expect(await top(".introduction")).toBeGreaterThan(await top(".start"));
    const links = page.locator(".start a");
    expect(await links.count()).toBe(4);
    await page.locator("#credential").fill(server.token);
    for (let index = 0; index < 4; index += 1) {
      const id = ((await links.nth(index).getAttribute("href")) ?? "").slice(1);
      await links.nth(index).click();
      await page.locator(`#${id}[open] form`).waitFor();
      expect([id, await send(page, id)]).toEqual([id, expect.stringMatching(/^20[01]$/)]);
    }
    expect(faults).toEqual([]);
  });

  it("titles every operation with a name, above its method and path", async () => {
    const { page } = await open();
    const heads = await page.locator(".operation h3").evaluateAll((all) =>
      all.map((head) => {
        const [title, address] = [...head.children].map((child) => child.textContent);
        return { title: title ?? "", address: address ?? "" };
      }),
    );
    expect(heads.length).toBe(IDS.length);
    for (const { title, address } of heads) {
      expect(title).toMatch(/^[A-Z][\w' -]{5,50}$/);
      expect(address).toMatch(/^(?:GET|POST|PUT|PATCH|DELETE)\//);
    }
    expect(new Set(heads.map(({ title }) => title)).size).toBe(IDS.length);
  });

  it("shows the form beside the parameters where there is room, and below them on a phone", async () => {
    const resolve = idOf("get", "/api/edge/v1/namespaces/{namespace}/assets/{name}/resolve");
    const { page } = await open(`#${resolve}`);
    for (const viewport of WIDTHS) {
      await page.setViewportSize(viewport);
      await page.locator(`#${resolve} > summary`).evaluate((summary) => summary.scrollIntoView());
      const box = async (selector: string) => {
        const found = await page.locator(`#${resolve} ${selector}`).boundingBox();
        if (found === null) throw new Error(`${selector} is not shown`);
        return found;
      };
      const [asked, trial, button] = [await box(".asked"), await box(".trial"), await box(".send")];
      if (viewport === DESKTOP) {
        expect(Math.abs(trial.y - asked.y)).toBeLessThan(5);
        expect(trial.x).toBeGreaterThan(asked.x + asked.width);
        expect(button.y + button.height).toBeLessThan(viewport.height);
      } else {
        expect(trial.y).toBeGreaterThanOrEqual(asked.y + asked.height);
        expect((await box(".answers")).y).toBeGreaterThanOrEqual(trial.y + trial.height);
      }
    }
  });

  it("has the operation that is open in the address", async () => {
    const [first = "", second = ""] = IDS;
    const { page } = await open();
    await page.locator(`#${first} > summary`).click();
    await page.locator(`#${first} form`).waitFor();
    expect(new URL(page.url()).hash).toBe(`#${first}`);
    await page.locator(`#${second} > summary`).click();
    await expect.poll(() => new URL(page.url()).hash).toBe(`#${second}`);
    expect(await page.locator('nav a[aria-current="true"]').getAttribute("href")).toBe(`#${second}`);
    await page.locator(`#${second} > summary`).click();
    await expect.poll(() => page.url()).toBe(`${server.url}/docs`);
  });

  it("is where / and /docs/ lead a browser, which finds an icon", async () => {
    const { page, faults } = await open();
    for (const path of ["/", "/docs/"]) {
      await page.goto(server.url + path);
      await page.locator(".operation").first().waitFor();
      expect(page.url()).toBe(`${server.url}/docs`);
    }
    const answer = await page.goto(`${server.url}/favicon.ico`);
    expect([answer?.status(), answer?.headers()["content-type"]]).toEqual([200, "image/svg+xml"]);
    expect(faults).toEqual([]);
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
    expect(await page.locator(`#${list} .snippet pre`).innerText()).toContain(
      '-H "Authorization: Key $SENSU_API_KEY"',
    );
    expect(faults).toEqual([]);
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
    elsewhere.close();
    expect(visits).toBe(0);
  });

  it("is used with the keyboard alone", async () => {
    const version = idOf("get", "/version");
    const { page, faults } = await open();
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
  });

  it("filters the page and the contents by words of title, method, path, parameters and statuses", async () => {
    const { page, faults } = await open();
    await page.locator("#filter").fill("DELETE asset");
    const shown = await page.locator(".operation:visible").evaluateAll((all) => all.map(({ id }) => id));
    expect(shown).toEqual([idOf("delete", ASSET)]);
    expect(await page.locator("nav li li:visible").count()).toBe(1);
    expect(await page.locator("nav .state").innerText()).toBe(`1 of ${IDS.length} operations`);
    const withParameter = operationsWith(({ parameters = [] }) =>
      parameters.some(({ name }) => name === "max_delete"),
    );
    const with410 = operationsWith(({ responses }) => "410" in responses);
    for (const [words, found] of [
      ["max_delete", withParameter],
      ["410", with410],
      ["namespaces/{namespace}/audit", [idOf("get", "/api/edge/v1/namespaces/{namespace}/audit")]],
      ["matching archive", [idOf("get", "/api/edge/v1/namespaces/{namespace}/assets/{name}/download")]],
    ] as const) {
      await page.locator("#filter").fill(words);
      const ids = await page.locator(".operation:visible").evaluateAll((all) => all.map(({ id }) => id));
      expect([words, ids.sort()]).toEqual([words, [...found].sort()]);
      expect(ids.length).toBeGreaterThan(0);
    }
    await page.locator("#filter").fill("");
    expect(await page.locator(".operation:visible").count()).toBe(IDS.length);
    expect(faults).toEqual([]);
  });

  it("folds the contents away on a phone once one was chosen", async () => {
    const [first = ""] = IDS;
    const { page } = await open("", PHONE);
    const link = page.locator(`nav a[href="#${first}"]`);
    expect(await link.isVisible()).toBe(false);
    await page.locator(".contents > summary").click();
    await link.click();
    await page.locator(`#${first}[open] form`).waitFor();
    expect(await link.isVisible()).toBe(false);
  });

  it("says so when the description cannot be loaded, and tries again", async () => {
    await tab.route("**/openapi.json", (route) => route.fulfill({ status: 503, body: "" }));
    const { page } = await open();
    const alert = page.getByRole("alert");
    expect(await alert.innerText()).toContain("/openapi.json: the server answered 503.");
    await page.unroute("**/openapi.json");
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.locator(".operation").first().waitFor();
    expect(await alert.count()).toBe(0);
  });

  it("leads to the description where there is no JavaScript", async () => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(`${server.url}/docs`);
    expect(await page.locator("noscript a").getAttribute("href")).toBe("/openapi.json");
    expect(await page.locator("noscript").innerText()).toContain("This page needs JavaScript.");
    await page.close();
  });

  it("shows a description's markup as text, follows no circle, and links nowhere unsafe", async () => {
    await tab.route("**/openapi.json", (route) => route.fulfill({ json: STRANGE_DOCUMENT }));
    const { page, faults, requests } = await open("#strange", PHONE);
    const operation = page.locator("#strange");
    await operation.locator("form").waitFor();
    expect(await page.locator("main :is(img, script, iframe, style)").count()).toBe(0);
    expect(await page.evaluate(() => "hit" in window)).toBe(false);
    expect(await page.locator("h1").innerText()).toContain('<img src=x onerror="window.hit=1">');
    const links = await page
      .locator(".introduction a")
      .evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    expect(links).toEqual([`${server.url}/version`, "/openapi.json"]);

    const folded = operation.locator(".asked > .content details:not([open]) > summary");
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
    await page.unroute("**/openapi.json");
  });
});
