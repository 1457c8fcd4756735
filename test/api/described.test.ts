import { beforeAll, describe, expect, it } from "vitest";
import { anAsset } from "../support/fixtures.ts";
import { faultOf, refuseUndescribed } from "../support/described.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const token = await tokenFor(["edit@default"]);
const ONE = `${ASSETS}/one`;

beforeAll(async () => {
  await freshStorage();
  await api("PUT", ONE, { token, body: anAsset("one") });
});

/** A real answer, with something about it changed. */
async function changed(
  path: string,
  change: { status?: number; headers?: Record<string, string | null>; body?: (body: string) => string },
): Promise<{ answer: Response; body: string }> {
  const real = await api("GET", path, { token });
  const text = await real.text();
  const headers = new Headers(real.headers);
  for (const [name, value] of Object.entries(change.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  const body = change.body?.(text) ?? text;
  return { answer: new Response(body, { status: change.status ?? real.status, headers }), body };
}

describe("an answer that the OpenAPI document does not describe is refused:", () => {
  it.each([
    ["another status", ONE, { status: 202 }, "status 202 is not one of 200, 304, 400"],
    ["a header too few", ONE, { headers: { ETag: null } }, "the header ETag is missing"],
    ["a header too many", ONE, { headers: { "X-New": "1" } }, "nothing is said of the header x-new"],
    ["a header of another form", ONE, { headers: { "X-Cache": "HIT" } }, 'the header X-Cache is "HIT"'],
    ["another type", ONE, { headers: { "Content-Type": "text/html" } }, "the type text/html is not one of"],
    ["no JSON", ONE, { body: () => "{" }, "SyntaxError"],
    ["a member too many", ONE, { body: (text: string) => text.replace("{", '{"new":1,') }, '"new"'],
    [
      "a member deep inside",
      ONE,
      { body: (text: string) => text.replace('"metadata":{', '$&"new":1,') },
      '"new"',
    ],
    ["a member too few", ONE, { body: (text: string) => text.replace('"builds":null,', "") }, '"builds"'],
    [
      "a member of another type",
      ONE,
      { body: (text: string) => text.replace('"builds":null', '"builds":{}') },
      "builds",
    ],
    ["an element too odd", ASSETS, { body: (text: string) => text.replace("[", '[{"new":1},') }, "#/0"],
    ["no body", ONE, { body: () => "" }, "SyntaxError"],
    [
      "another code of an error",
      `${ASSETS}/none`,
      { body: (text: string) => text.replace('"code":2', '"code":6') },
      "code",
    ],
    [
      "an error without its request id",
      `${ASSETS}/none`,
      { headers: { "X-Request-Id": null } },
      "X-Request-Id",
    ],
  ])("%s", async (_, path, change, fault) => {
    const { answer, body } = await changed(path, change);
    expect(faultOf("GET", path, answer, body)).toContain(fault);
    await expect(refuseUndescribed("GET", path, answer)).rejects.toThrow("does not describe this answer");
  });

  it("a body where none was asked for, and none where one was", async () => {
    const put = await api("PUT", ONE, {
      token,
      body: anAsset("one"),
      headers: { Prefer: "return=representation" },
    });
    const text = await put.text();
    expect(faultOf("PUT", ONE, put, text)).toBeNull();
    expect(faultOf("PUT", ONE, put, "")).toContain("SyntaxError");
    const { status, headers } = await api("PUT", ONE, { token, body: anAsset("one") });
    expect(faultOf("PUT", ONE, new Response(null, { status, headers }), text)).toBe(
      "it has a body that was not asked for",
    );
    expect(faultOf("DELETE", ONE, await api("DELETE", ONE, { token }), "{}")).toBe("it has a body");
  });

  it("a path that no operation has, but for 404, and a method that a path has not, but for 405", async () => {
    const { answer } = await changed(`${ASSETS}/none`, {});
    expect(faultOf("GET", "/nowhere", answer, await answer.clone().text())).toBeNull();
    const ok = new Response("{}", { status: 200 });
    expect(faultOf("GET", "/nowhere", ok, "{}")).toBe("status 200 is not one of 404");
    expect(faultOf("DELETE", "/version", ok, "{}")).toBe("status 200 is not one of 405");
    expect(faultOf("GET", `${ASSETS}/`, ok, "{}")).toBe("status 200 is not one of 404");
  });

  it("a line of NDJSON that is no entry", async () => {
    const admin = await tokenFor(["admin@*"]);
    const path = "/api/edge/v1/audit?format=ndjson";
    const lines = await api("GET", path, { token: admin });
    const text = await lines.text();
    expect(text).toContain('"kind":"asset"');
    expect(faultOf("GET", path, lines, text)).toBeNull();
    expect(faultOf("GET", path, lines, text.replace("{", '{"definition":null,'))).toContain("definition");
  });
});
