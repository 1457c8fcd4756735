import { beforeAll, describe, expect, it } from "vitest";
import { anAsset } from "../support/fixtures.ts";
import { aNamespace, api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"]);
const USAGE = "/api/edge/v1/namespaces/default/usage";

beforeAll(freshStorage);

describe("GET of a namespace's usage", () => {
  it("is what the namespace holds, history included", async () => {
    const build = { url: "https://e/a", sha512: "0f".repeat(64) };
    await api("PUT", `${ASSETS}/one`, { token: admin, body: anAsset("one") });
    await api("PUT", `${ASSETS}/many`, { token: admin, body: { builds: [build, build] } });
    await api("PUT", `${ASSETS}/many`, { token: admin, body: { builds: [build, build, build] } });
    const sizes = await Promise.all(
      ["one", "many"].map(
        async (name) => (await (await api("GET", `${ASSETS}/${name}`, { token: admin })).text()).length,
      ),
    );
    const answer = await api("GET", USAGE, { token: admin });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        namespace: "default",
        assets: 2,
        builds: 4,
        definition_bytes: sizes.reduce((sum, size) => sum + size),
        revisions: 3,
        history_bytes: expect.any(Number),
        complete: true,
      },
    ]);
  });

  it("is zeros for an empty namespace, and 404 that names one that does not exist", async () => {
    await aNamespace("empty");
    const empty = await api("GET", "/api/edge/v1/namespaces/empty/usage", { token: admin });
    expect(await empty.json()).toMatchObject({ assets: 0, builds: 0, revisions: 0, complete: true });
    const none = await api("GET", "/api/edge/v1/namespaces/nope/usage", { token: admin });
    expect([none.status, await none.json()]).toEqual([
      404,
      { message: "the namespace nope does not exist", code: 2 },
    ]);
  });

  it("needs admin of the namespace, and takes no parameters", async () => {
    const editor = await tokenFor(["edit@default", "admin@other"]);
    expect((await api("GET", USAGE, { token: editor })).status).toBe(403);
    const asked = await api("GET", `${USAGE}?name=a`, { token: admin });
    expect([asked.status, await asked.json()]).toEqual([
      400,
      { message: 'unknown parameter "name"; this route has no parameters', code: 1 },
    ]);
  });
});
