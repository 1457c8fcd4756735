import { beforeAll, describe, expect, it } from "vitest";
import { anAsset } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const token = await tokenFor(["edit@*"]);

beforeAll(async () => {
  await freshStorage();
  const labels: Record<string, Record<string, string>> = {
    a: { region: "us-west-1", tier: "web" },
    b: { region: "eu-1" },
    c: {},
    d: { region: "us-west-1", "sensu.io/managed_by": "sensuctl" },
  };
  for (const [name, each] of Object.entries(labels)) {
    const filters = name === "b" ? ["entity.system.os == 'linux'", "x"] : ["y"];
    await api("POST", ASSETS, { token, body: anAsset(name, { filters, metadata: { labels: each } }) });
  }
});

async function names(query: string): Promise<string[]> {
  const list = await api("GET", `${ASSETS}?${query}`, { token });
  expect(list.status).toBe(200);
  return (await list.json<{ metadata: { name: string } }[]>()).map(({ metadata }) => metadata.name);
}

const label = (selector: string) => `labelSelector=${encodeURIComponent(selector)}`;
const field = (selector: string) => `fieldSelector=${encodeURIComponent(selector)}`;

describe("selectors", () => {
  it.each([
    [label('region == "us-west-1"'), ["a", "d"]],
    [label('region != "us-west-1"'), ["b", "c"]],
    [label("region in ['us-west-1', 'eu-1']"), ["a", "b", "d"]],
    [label("region notin ['us-west-1']"), ["b", "c"]],
    [label("region matches west"), ["a", "d"]],
    [label('region == "us-west-1" && tier == web'), ["a"]],
    [label("sensu.io/managed_by == sensuctl"), ["d"]],
    [field("asset.name == a"), ["a"]],
    [field("asset.namespace == default"), ["a", "b", "c", "d"]],
    [field("asset.labels.tier == web"), ["a"]],
    [field("x in asset.filters"), ["b"]],
    [field("asset.filters matches linux"), ["b"]],
    [`${label("tier == web")}&${label("region matches us")}`, ["a"]],
    [`${label("region matches us")}&${field("asset.name != a")}`, ["d"]],
    [label(" "), ["a", "b", "c", "d"]],
    ["labelSelector=", ["a", "b", "c", "d"]],
  ])("%s selects %j", async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it("fill pages with matches, and continue after the last of them", async () => {
    const query = label('region == "us-west-1"');
    const first = await api("GET", `${ASSETS}?${query}&limit=1`, { token });
    expect(first.headers.get("Sensu-Continue")).toBe("YQA");
    const rest = await api("GET", `${ASSETS}?${query}&limit=1&continue=YQA`, { token });
    expect(rest.headers.get("Sensu-Continue")).toBeNull();
    expect(await rest.json()).toHaveLength(1);
  });

  it.each([
    [label("a == 1"), "could not parse the operations: unexpected token 'invalid rune: \"1\"'"],
    [field("&& a == b"), "unexpected '&&' operator found, expected a operation first"],
    [label("x".repeat(5_000)), "a selector may have at most 4096 characters"],
  ])("%s is answered by 400 with the parser's text", async (query, message) => {
    const list = await api("GET", `${ASSETS}?${query}`, { token });
    expect(list.status).toBe(400);
    expect(await list.json()).toEqual({ message: expect.stringContaining(message.slice(0, 30)), code: 1 });
  });
});
