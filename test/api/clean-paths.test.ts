import { beforeEach, describe, expect, it } from "vitest";
import { anAsset } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const token = await tokenFor(["edit@default"]);
const agent = await tokenFor(["view@default"]);

beforeEach(freshStorage);

describe("a path with repeated slashes", () => {
  it.each([
    ["GET", "//auth", 301, "/auth"],
    ["HEAD", "//auth", 301, "/auth"],
    ["POST", "//auth/token?a=%2F%2Fb", 308, "/auth/token?a=%2F%2Fb"],
    ["PUT", `/${ASSETS}/one?reason=x`, 308, `${ASSETS}/one?reason=x`],
    ["PATCH", `${ASSETS}//one`, 308, `${ASSETS}/one`],
    ["DELETE", `${ASSETS}//one`, 308, `${ASSETS}/one`],
    ["GET", `${ASSETS}//one`, 301, `${ASSETS}/one`],
    ["OPTIONS", "//", 308, "/"],
    ["GET", "//example.com//x", 301, "/example.com/x"],
  ])("%s %s is redirected, without a credential", async (method, path, status, location) => {
    const answer = await api(method, path);
    expect([answer.status, answer.headers.get("Location"), await answer.text()]).toEqual([
      status,
      location,
      "",
    ]);
  });

  it("in the name of an asset is that name", async () => {
    for (const name of ["a//b", "a///b", "/c"]) {
      const encoded = encodeURIComponent(name);
      expect((await api("PUT", `${ASSETS}/${encoded}`, { token, body: anAsset(name) })).status).toBe(201);
      for (const reader of [token, agent, agent])
        expect((await api("GET", `${ASSETS}/${encoded}`, { token: reader })).status).toBe(200);
    }
    for (const reader of [token, agent, agent])
      expect((await api("GET", `${ASSETS}/a//b`, { token: reader })).status).toBe(200);
    expect((await api("GET", `${ASSETS}//c`, { token: agent })).status).toBe(301);
  });
});
