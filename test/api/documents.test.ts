import { describe, expect, it } from "vitest";
import { api } from "../support/worker.ts";

describe("documents beside the Worker", () => {
  it.each([
    ["/openapi.json", "application/json"],
    ["/docs", "text/html; charset=utf-8"],
    ["/docs/docs.js", "text/javascript; charset=utf-8"],
    ["/favicon.ico", "image/svg+xml"],
  ])("%s is served with its type, a tag, and headers that keep it to itself", async (path, type) => {
    const response = await api("GET", path);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe(type);
    expect(response.headers.get("Cache-Control")).toBe("private, no-cache");
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    const tag = response.headers.get("ETag") ?? "";
    expect(tag).toMatch(/^"/);
    await response.body?.cancel();

    const again = await api("GET", path, { headers: { "If-None-Match": tag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");

    const head = await api("HEAD", path);
    expect(head.status).toBe(200);
    expect(head.headers.get("Content-Type")).toBe(type);
    expect(await head.text()).toBe("");
  });

  it.each(["absent.js", "docs%2Ejs", "index"])("%s, which is not there, is Sensu's 404", async (file) => {
    const response = await api("GET", `/docs/${file}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ message: "not found", code: 2 });
  });

  it("other methods get 405 with Allow", async () => {
    const response = await api("POST", "/openapi.json");
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("GET, HEAD");
    await response.body?.cancel();
  });

  it("/docs/ is redirected to /docs", async () => {
    const response = await api("GET", "/docs/");
    expect([response.status, response.headers.get("Location")]).toEqual([301, "/docs"]);
    await response.body?.cancel();
  });
});

describe("GET /", () => {
  const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

  it.each([BROWSER, "text/html", "Text/HTML;q=0.5, application/json;q=0.4"])(
    "with Accept: %s leads to the page for people",
    async (accept) => {
      const response = await api("GET", "/", { headers: { Accept: accept } });
      expect([response.status, response.headers.get("Location")]).toEqual([302, "/docs"]);
      expect(response.headers.get("Vary")).toBe("Accept");
    },
  );

  it.each([
    "*/*",
    "application/json",
    "text/html, application/json",
    "text/html;q=0",
    "text/html;q=high",
    "",
  ])("with Accept: %j is JSON", async (accept) => {
    const response = await api("GET", "/", { headers: { Accept: accept } });
    expect(response.status).toBe(200);
    expect(response.headers.get("Vary")).toBe("Accept");
    expect(await response.json()).toMatchObject({ links: { docs: "/docs" } });
  });
});
