import { describe, expect, it } from "vitest";
import { assetProblem } from "../../src/assets/validate.ts";

describe("a url", () => {
  const problem = (url: string) =>
    assetProblem({ metadata: { name: "a", namespace: "default" }, url, sha512: "0f".repeat(64) });

  it.each(["https://e/a", "HTTP://e/a", "{{ .labels.url }}", "a{{}}", "{{\n}}", "{{{}}", "x}}{{y}}"])(
    "may be %j",
    (url) => {
      expect(problem(url)).toBeNull();
    },
  );

  it.each(["ftp://e/a", "e", "{{", "}}{{", "{{}", "{{{}"])("may not be %j", (url) => {
    expect(problem(url)).toBe("URL must be HTTP or HTTPS");
  });

  it("is looked through once, however many braces it opens", () => {
    expect(problem("{".repeat(490_000))).toBe("URL must be HTTP or HTTPS");
  });
});
