import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Targets } from "../../src/fast-path/target.ts";
import { cleanPath } from "../../src/http/paths.ts";
import { runs } from "../support/nightly.ts";

const HOST = "https://e";
const NAMESPACE = "/api/core/v2/namespaces/default";

const cleaned = (sent: string) => cleanPath(HOST + sent, new URL(HOST + sent).pathname);

describe("a path", () => {
  it.each([
    ["//auth", "/auth"],
    ["/auth//test", "/auth/test"],
    ["//", "/"],
    ["/auth//", "/auth/"],
    ["//evil.example//x", "/evil.example/x"],
    ["/\\evil.example", "/evil.example"],
    [`/${NAMESPACE}/assets/one`, `${NAMESPACE}/assets/one`],
    [`${NAMESPACE}//assets//one`, `${NAMESPACE}/assets/one`],
    [`${NAMESPACE}//assets/a//b`, `${NAMESPACE}/assets/a//b`],
    ["/api/edge/v1//namespaces/default/assets/a/resolve", "/api/edge/v1/namespaces/default/assets/a/resolve"],
    ["/./auth", "/auth"],
    ["/api/../auth", "/auth"],
    ["/api/%2e%2E/auth", "/auth"],
    [`${NAMESPACE}/assets/../assets/a`, `${NAMESPACE}/assets/a`],
    [`${NAMESPACE}/assets/.`, `${NAMESPACE}/assets/`],
    ["/auth?next=//x/../y", null],
    ["/auth", null],
    ["/", null],
    [`${NAMESPACE}/assets/a//b`, null],
    [`${NAMESPACE}/assets/%2Fb`, null],
    [`${NAMESPACE}/assets/a..b/.c`, null],
    [`${NAMESPACE}/assets/a%2F..%2Fb`, null],
  ])("%s is redirected to %s", (sent, clean) => {
    expect(cleaned(sent)).toBe(clean);
  });

  const parts = fc.constantFrom(
    "/",
    ".",
    "..",
    "%2e",
    "\\",
    "api",
    "core",
    "v2",
    "namespaces",
    "assets",
    "e.com",
    "a",
  );
  const paths = fc.array(parts, { maxLength: 25 }).map((list) => `/${list.join("")}`);

  it("of any form is redirected once, to a path of this server", () => {
    fc.assert(
      fc.property(paths, (sent) => {
        const clean = cleaned(sent);
        if (clean === null) return;
        expect(clean).toMatch(/^\/(?![/\\])/);
        expect(new URL(clean, HOST).host).toBe("e");
        expect(cleaned(clean)).toBeNull();
      }),
      { numRuns: runs(2_000) },
    );
  });

  it("that is redirected is no target of the fast path", () => {
    const targets = new Targets();
    const unclean = paths
      .map((tail) => `${NAMESPACE}/assets${tail}`)
      .filter((path) => cleaned(path) !== null);
    fc.assert(
      fc.property(unclean, (path) => {
        expect(targets.of(HOST + path)).toBeNull();
      }),
      { numRuns: runs(2_000) },
    );
  });
});
