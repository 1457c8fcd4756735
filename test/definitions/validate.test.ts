import { describe, expect, it } from "vitest";
import type { Asset } from "../../src/definitions/schema.ts";
import { assetProblem } from "../../src/definitions/validate.ts";
import { newFilterReader } from "../support/filters.ts";

const problemOf = (asset: Asset) => assetProblem(asset, newFilterReader());

describe("a url", () => {
  const problem = (url: string) =>
    problemOf({ metadata: { name: "a", namespace: "default" }, url, sha512: "0f".repeat(64) });

  it.each(["https://e/a", "HTTP://e/a", "{{ .labels.url }}", "a{{}}", "{{\n}}", "{{{}}", "x}}{{y}}"])(
    "may be %j",
    (url) => {
      expect(problem(url)).toBeNull();
    },
  );

  it.each(["ftp://e/a", "e", "{{", "}}{{", "{{}", "{{{}"])("may not be %j", (url) => {
    expect(problem(url)).toBe("URL must be HTTP or HTTPS");
  });

  it("is scanned once, however many braces it opens", () => {
    expect(problem("{".repeat(490_000))).toBe("URL must be HTTP or HTTPS");
  });
});

describe("the number of", () => {
  const texts = (count: number, name = "n") =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, ""]));
  const archive = { url: "https://e/a", sha512: "0f".repeat(64) };
  const metadata = { name: "a", namespace: "default" };

  it("headers is bounded, in a build as at the top level", () => {
    const message = "a build cannot have more than 100 headers; this has 101";
    expect(problemOf({ metadata, ...archive, headers: texts(100) })).toBeNull();
    expect(problemOf({ metadata, ...archive, headers: texts(101) })).toBe(message);
    expect(problemOf({ metadata, builds: [archive, { ...archive, headers: texts(100) }] })).toBeNull();
    expect(problemOf({ metadata, builds: [archive, { ...archive, headers: texts(101) }] })).toBe(message);
    expect(problemOf({ metadata, builds: [archive], headers: texts(101) })).toBe(message);
  });

  it("labels and annotations is bounded, together", () => {
    const labelled = (labels: number, annotations: number) => ({
      ...archive,
      metadata: { ...metadata, labels: texts(labels), annotations: texts(annotations) },
    });
    expect(problemOf(labelled(1_000, 1_000))).toBeNull();
    expect(problemOf(labelled(1_000, 1_001))).toBe(
      "an asset cannot have more than 2000 labels and annotations together; this has 2001",
    );
  });
});
