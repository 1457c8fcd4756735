import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { maskSecrets } from "../../src/history/mask.ts";
import { routes } from "../../src/routes.ts";
import { anAsset, SHA512 } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

describe("a masked definition", () => {
  it("has no header value but the harmless ones, and nothing else changed", () => {
    const headers = { Authorization: "Bearer x", "X-Anything": "k", accept: "y", "User-Agent": "agent" };
    const masked = { Authorization: "***", "X-Anything": "***", accept: "y", "User-Agent": "agent" };
    const rest = { filters: ["token"], metadata: { name: "token", labels: { url: "https://a:b@c/?d" } } };
    expect(maskSecrets({ ...rest, headers, builds: [{ ...rest, headers }, null], sha512: "x" })).toEqual({
      ...rest,
      headers: masked,
      builds: [{ ...rest, headers: masked }, null],
      sha512: "x",
    });
  });

  it.each([
    "X-Auth",
    "Private-Key",
    "X-Signature",
    "X-Vault-Token",
    "Proxy-Authorization",
    "Cookie",
    "X-Amz-Security-Token",
    "Referer",
    "Forwarded",
    "constructor-of-secrets",
  ])("hides the value of %s", (name) => {
    expect(maskSecrets({ headers: { [name]: "s3cret" } })).toEqual({ headers: { [name]: "***" } });
  });

  it.each([
    ["https://assets.example.com/a.tar.gz", "https://assets.example.com/a.tar.gz"],
    ["https://user:s3cret@assets.example.com/a.tar.gz", "https://***@assets.example.com/a.tar.gz"],
    ["https://s3cret@host:8443/a@2/b?x=s3cret&y=1#part", "https://***@host:8443/a@2/b?***#part"],
    ["https://us@er:s3cret@host/", "https://***@host/"],
    ["https://user:s3cret\\more@host/", "https://***@host/"],
    ["HTTPS://host?s3cret", "HTTPS://host?***"],
    ["https://host/a?", "https://host/a?"],
    ["https://host/a#b?c", "https://host/a#b?c"],
    ["https://host/a?s3cret?s3cret\n&s3cret", "https://host/a?***"],
    ["{{ .labels.base }}/a.tar.gz?sig=s3cret", "{{ .labels.base }}/a.tar.gz?***"],
    ["{{ .labels.base }}user:s3cret@host/a", "***@host/a"],
    ["{{ .labels.a/b }}://user:s3cret@host/a", "{{ .labels.a/b }}://***@host/a"],
  ])("has the url %j as %j, at the top level and in builds", (url, masked) => {
    expect(maskSecrets({ url, builds: [{ url }] })).toEqual({ url: masked, builds: [{ url: masked }] });
  });

  it("has a URL without its userinfo and query, whatever they are, and with all else", () => {
    const userinfo = fc.option(fc.stringMatching(/^[\w~!$&'()*+,;=:%.@-]{1,20}$/), { nil: null });
    const query = fc.option(fc.stringMatching(/^[\w~!$&'()*+,;=:@/?%.-]{1,20}$/), { nil: null });
    const path = fc.stringMatching(/^(\/[\w~.@:-]{0,8}){0,4}$/).filter((each) => !/\/\/.*@/.test(each));
    fc.assert(
      fc.property(fc.domain(), userinfo, path, query, (host, user, rest, search) => {
        const part = (text: string | null, whole: (text: string) => string) =>
          text === null ? "" : whole(text);
        const url = (mask: (text: string) => string) =>
          `https://${part(user, (text) => `${mask(text)}@`)}${host}${rest}${part(search, (text) => `?${mask(text)}`)}`;
        expect(maskSecrets({ url: url((text) => text) })).toEqual({ url: url(() => "***") });
      }),
    );
  });
});

describe("what history shows to those who may only view", () => {
  beforeEach(freshStorage);
  const headers = { "X-Signature": "s3cret-1", Accept: "application/gzip" };
  const url = "https://user:s3cret-2@assets.example.com/a.tar.gz?X-Amz-Signature=s3cret-3";
  const whole = ["s3cret-1", "s3cret-2", "s3cret-3"];

  const REVISIONS = "/api/edge/v1/namespaces/default/assets/one/revisions";
  const paths = (seq: number) => [
    `/api/edge/v1/namespaces/default/assets/one?at=${seq}`,
    `${REVISIONS}/${seq}`,
    REVISIONS,
    "/api/edge/v1/namespaces/default/assets/one/diff",
    "/api/edge/v1/namespaces/default/assets/one/diff?format=text",
    "/api/edge/v1/changes?namespace=default",
  ];

  it("has no credential in it on any route; those who may write see all", async () => {
    const editor = await tokenFor(["edit@default"]);
    const viewer = await tokenFor(["view@default"]);
    const builds = [{ url, sha512: SHA512, headers }];
    const body = anAsset("one", { url, headers, builds });
    await api("PUT", `${ASSETS}/one`, { token: editor, body });
    const revisions = await api("GET", REVISIONS, { token: viewer });
    const [last] = await revisions.json<{ seq: number }[]>();
    let shown = 0;
    for (const path of paths(last?.seq ?? 0)) {
      const seen = await (await api("GET", path, { token: viewer })).text();
      for (const secret of whole) expect([path, seen.includes(secret)]).toEqual([path, false]);
      const all = await (await api("GET", path, { token: editor })).text();
      if (whole.every((secret) => all.includes(secret))) {
        shown += 1;
        expect([path, seen.includes("application/gzip"), seen.includes("assets.example.com")]).toEqual([
          path,
          true,
          true,
        ]);
      }
    }
    expect(shown).toBe(paths(0).length - 1);
    // An agent needs them to fetch the archive.
    const live = await (await api("GET", `${ASSETS}/one`, { token: viewer })).text();
    for (const secret of whole) expect(live).toContain(secret);
  });

  it("is tried on every route of history that viewers may call", () => {
    const tried = paths(1).map((path) => path.replace(/\?.*/, ""));
    const history = routes.filter(
      ({ method, path, access }) =>
        method === "GET" && access !== "admin" && /\/(?:revisions|diff|changes)|assets\/:name$/.test(path),
    );
    for (const { path } of history) {
      if (!path.startsWith("/api/edge/")) continue;
      const filled = path.replace(":namespace", "default").replace(":name", "one").replace(":seq", "1");
      expect(tried).toContain(filled);
    }
  });
});
