import { env } from "cloudflare:workers";
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { aroundDatabase } from "../support/around-database.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { anAsset, OTHER_SHA512, SHA512 } from "../support/fixtures.ts";
import { aNamespace, api, ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

const editor = await tokenFor(["edit@default"]);
const agent = await tokenFor(["view@default"]);
const fewItems = await tokenFor(["view@default/item-000*"]);
const RESOLVE = "/api/edge/v1/namespaces/default/resolve";

const LINUX = {
  url: "https://e/linux.tar.gz",
  sha512: SHA512,
  filters: ["entity.system.os == 'linux'"],
  headers: { "X-Hops": "a, b" },
};
const WINDOWS = {
  url: "https://e/windows.zip",
  sha512: OTHER_SHA512,
  filters: { "entity.system.os": "windows" },
};

const put = async (name: string, members = {}) => {
  const answer = await api("PUT", `${ASSETS}/${name}`, { token: editor, body: anAsset(name, members) });
  expect(answer.status).toBe(201);
};

beforeEach(async () => {
  await freshStorage();
  await put("team/tool", { builds: [LINUX, WINDOWS] });
  await put("one", { builds: [WINDOWS] });
});

const ask = (query: string, headers: Record<string, string> = {}, token = agent) =>
  api("GET", `${RESOLVE}?${query}`, { token, headers });

interface Answered {
  readonly assets: readonly { readonly name: string; readonly outcome: string; readonly message?: string }[];
}

const outcomesOf = async (answer: Response) => {
  const { assets } = await answer.json<Answered>();
  return assets.map(({ name, outcome }) => `${name}: ${outcome}`);
};

describe("many assets in one question", () => {
  it("have the build for this machine, or why there is none, in byte order of their names", async () => {
    const answer = await ask("os=linux&names=team/tool,none,one,one");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      assets: [
        { name: "none", outcome: "missing", message: "no asset named none in namespace default" },
        {
          name: "one",
          outcome: "none",
          message: "no build of one matches this machine: build 0: entity.system.os == 'windows' is false",
        },
        {
          name: "team/tool",
          outcome: "resolved",
          url: LINUX.url,
          sha512: SHA512,
          headers: LINUX.headers,
          build: 0,
          unresolved: [],
        },
      ],
    });
  });

  it("are all that there are where none is named", async () => {
    expect(await outcomesOf(await ask("os=windows"))).toEqual(["one: resolved", "team/tool: resolved"]);
  });

  it("are lines for shells", async () => {
    const answer = await ask("os=linux&names=team/tool,none&format=env");
    expect(answer.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(await answer.text()).toBe(
      [
        "ASSET_COUNT='2'",
        "ASSET_NAME='none'",
        "ASSET_OUTCOME='missing'",
        "ASSET_MESSAGE='no asset named none in namespace default'",
        "ASSET_NAME='team/tool'",
        "ASSET_OUTCOME='resolved'",
        "ASSET_URL='https://e/linux.tar.gz'",
        `ASSET_SHA512='${SHA512}'`,
        "ASSET_BUILD='0'",
        "ASSET_UNRESOLVED=''",
        "ASSET_HEADERS='2'",
        "ASSET_HEADER_0='X-Hops: a'",
        "ASSET_HEADER_1='X-Hops: b'",
        "",
      ].join("\n"),
    );
  });

  it("take an entity by POST, which is never 304", async () => {
    const send = (headers = {}) =>
      api("POST", `${RESOLVE}?names=one`, { token: agent, headers, body: { system: { os: "windows" } } });
    const first = await send();
    expect(await outcomesOf(first.clone())).toEqual(["one: resolved"]);
    expect((await send({ "If-None-Match": first.headers.get("ETag") ?? "" })).status).toBe(200);
  });

  it("of a namespace that does not exist are 404 that names it; of an empty one, none", async () => {
    const admin = await tokenFor(["view@*"]);
    for (const query of ["os=linux", "names=one"]) {
      const answer = await api("GET", `/api/edge/v1/namespaces/nope/resolve?${query}`, { token: admin });
      expect([answer.status, await answer.json()]).toEqual([
        404,
        { message: "no namespace named nope", code: 2 },
      ]);
    }
    await aNamespace("empty");
    const empty = await api("GET", "/api/edge/v1/namespaces/empty/resolve", { token: admin });
    expect([empty.status, await empty.json()]).toEqual([200, { assets: [] }]);
  });

  it.each([
    ["names=", "names is empty"],
    ["names=a&names=b", "the parameter names is repeated"],
    ["names=a%20b", 'invalid names "a b"'],
    ["nmes=a", 'unknown parameter "nmes"; did you mean names?'],
    ["format=text", 'invalid format "text": use json or env'],
    ["rule=best", 'invalid rule "best"'],
    ["explain=true", 'unknown parameter "explain"'],
  ])("are refused for %s", async (query, message) => {
    const answer = await ask(query);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { message: expect.stringContaining(message), code: 1 },
    ]);
  });
});

describe("the tag of many assets", () => {
  const tagOf = async (query: string) => {
    const answer = await ask(query, { "Cache-Control": "no-cache" });
    return [answer.headers.get("ETag") ?? "", Number(answer.headers.get("X-Seq"))] as const;
  };

  it("stays across commits that do not concern the machine, while the seq grows: 304", async () => {
    const query = "os=windows&names=one,team/tool";
    const [etag, seq] = await tagOf(query);
    const commits = [
      () => put("other"),
      () => put("team/tool", { builds: [LINUX, WINDOWS], metadata: { labels: { a: "b" } } }),
      () => put("team/tool", { builds: [{ ...LINUX, url: "https://e/new.tar.gz" }, WINDOWS] }),
      () => api("DELETE", `${ASSETS}/other`, { token: editor }),
    ];
    let last = seq;
    for (const commit of commits) {
      await commit();
      for (let times = 0; times < 3; times += 1) {
        const answer = await ask(query, { "If-None-Match": etag });
        expect([answer.status, answer.headers.get("ETag"), await answer.text()]).toEqual([304, etag, ""]);
        expect(Number(answer.headers.get("X-Seq"))).toBeGreaterThan(last);
      }
      [, last] = await tagOf(query);
    }
    await put("one", { builds: [{ ...WINDOWS, url: "https://e/2.zip" }] });
    const changed = await ask(query, { "If-None-Match": etag });
    expect([changed.status, await changed.text()]).toEqual([200, expect.stringContaining("https://e/2.zip")]);
  });

  it("differs by machine, rule, names and form where the answer does", async () => {
    const queries = ["os=linux", "os=windows", "os=linux&names=one", "os=linux&format=env"];
    const tags = await Promise.all(queries.map(async (query) => (await tagOf(query))[0]));
    expect(new Set(tags).size).toBe(queries.length);
    expect(tags).toEqual(tags.map(() => expect.stringMatching(/^"[0-9a-f]{16}"$/)));
  });
});

describe("what a caller may not see", () => {
  it("is missing, as if it did not exist, and shows in no header", async () => {
    const narrow = await tokenFor(["view@default/team/*"]);
    const named = await ask("os=linux&names=team/tool,one,none", {}, narrow);
    expect(named.headers.get("X-Seq")).toBeNull();
    const { assets } = await named.json<Answered>();
    expect(assets.map(({ name, outcome, message }) => [name, outcome, message])).toEqual([
      ["none", "missing", "no asset named none in namespace default"],
      ["one", "missing", "no asset named one in namespace default"],
      ["team/tool", "resolved", undefined],
    ]);
    expect(await outcomesOf(await ask("os=linux", {}, narrow))).toEqual(["team/tool: resolved"]);
  });

  it("is not shown from memory to a caller of other grants who asks the same", async () => {
    const tokens = await Promise.all(
      [["view@default/team/*"], ["view@default/one"], ["view@default/o*", "view@default/t*"]].map((grants) =>
        tokenFor(grants),
      ),
    );
    const all = ["one: resolved", "team/tool: resolved"];
    const expected = [all.slice(1), all.slice(0, 1), all];
    for (let times = 0; times < 3; times += 1) {
      expect(await outcomesOf(await ask("os=windows"))).toEqual(all);
      for (const [index, token] of tokens.entries()) {
        const answer = await ask("os=windows", {}, token);
        expect([index, await outcomesOf(answer)]).toEqual([index, expected[index]]);
        expect(answer.headers.get("X-Seq")).toBeNull();
      }
    }
  });
});

describe("many assets answered from memory", () => {
  it.each([
    "os=linux",
    "os=linux&names=one,none",
    "os=linux&format=env",
    "os=linux&names=none&rule=most-specific",
  ])("are what the whole way says: %s", async (query) => {
    const seen = async (headers: Record<string, string> = {}) => {
      const answer = await ask(query, headers);
      const kept = [...answer.headers].filter(([name]) => !/^(?:age|x-cache|server-timing)$/.test(name));
      return { status: answer.status, kept, body: await answer.text(), tier: answer.headers.get("X-Cache") };
    };
    const whole = await seen({ "Cache-Control": "no-cache" });
    expect(whole.tier).toBe("D1");
    for (let times = 0; times < 2; times += 1) await seen();
    expect(await seen()).toEqual({ ...whole, tier: "MEMORY" });
    const etag = whole.kept.find(([name]) => name === "etag")?.[1] ?? "";
    const slow = await seen({ "If-None-Match": etag, "Cache-Control": "max-age=0" });
    const hot = await seen({ "If-None-Match": etag });
    expect([hot.status, hot.body]).toEqual([304, ""]);
    expect(hot).toEqual(slow);
  });

  it("change with a commit to one of them, at once for whoever made it in this isolate", async () => {
    for (const url of ["https://e/1.zip", "https://e/2.zip", "https://e/1.zip"]) {
      await put("one", { builds: [{ ...WINDOWS, url }] });
      // Another question has brought the new state of the namespace into memory.
      for (let times = 0; times < 2; times += 1) await ask("os=linux&names=team/tool");
      for (let times = 0; times < 3; times += 1) {
        expect(await (await ask("os=windows&names=one")).text()).toContain(url);
      }
    }
    await api("DELETE", `${ASSETS}/one`, { token: editor });
    for (let times = 0; times < 3; times += 1) {
      expect(await outcomesOf(await ask("os=windows&names=one"))).toEqual(["one: missing"]);
    }
  });
});

describe("a namespace of more than 1,000 assets", () => {
  beforeEach(async () => {
    const definition = JSON.stringify(anAsset("x", { filters: ["entity.system.os == 'linux'"] }));
    await env.DB.prepare(
      `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1100)
       INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at)
       SELECT 'default', printf('item-%06d', n), 0, 0, printf('"%d"', n), ?1, '', 0 FROM numbers`,
    )
      .bind(definition)
      .run();
  });

  it("is asked about by name, 50 at once, and 413 says so", async () => {
    const all = await ask("os=linux");
    expect([all.status, await all.json()]).toEqual([
      413,
      { message: expect.stringMatching(/1000 assets or 8 MiB of definitions; name those you need/), code: 1 },
    ]);
    const name = (index: number) => `item-${String(index).padStart(6, "0")}`;
    const names = Array.from({ length: 51 }, (_, index) => name(1_100 - index));
    const many = await ask(`os=linux&names=${names.join(",")}`);
    expect([many.status, await many.json()]).toEqual([
      413,
      { message: expect.stringContaining("ask for at most 50 names at once"), code: 1 },
    ]);
    for (let times = 0; times < 2; times += 1) {
      const few = await ask(`os=linux&names=${[...names.slice(0, 49), "none"].join(",")}`);
      expect([few.status, few.headers.get("X-Seq")]).toEqual([200, null]);
      const outcomes = await outcomesOf(few);
      expect(outcomes.filter((outcome) => outcome.endsWith(": resolved"))).toHaveLength(49);
      expect(outcomes.at(-1)).toBe("none: missing");
    }
  });

  it("is answered for a grant that shows few of them, named or not", async () => {
    const answer = await ask("os=linux", {}, fewItems);
    const outcomes = await outcomesOf(answer);
    expect(outcomes).toHaveLength(999);
    const names = Array.from({ length: 60 }, (_, index) => `item-${String(index + 980).padStart(6, "0")}`);
    const named = await outcomesOf(await ask(`os=linux&names=${names.join(",")}`, {}, fewItems));
    expect(named.filter((outcome) => outcome.endsWith(": resolved"))).toHaveLength(20);
    expect(named.filter((outcome) => outcome.endsWith(": missing"))).toHaveLength(40);
  });
});

describe("many assets while D1 is down", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** The whole Worker in an isolate of its own, over a D1 that can be taken down. */
  async function isolate() {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const worker = await coldWorker();
    let down = false;
    const database = aroundDatabase(env.DB, async (_call, work) => {
      if (down) throw new Error("D1_ERROR: Network connection lost.");
      return work();
    });
    const bindings: Env = { ...env, DB: database };
    await worker.scheduled(createScheduledController(), bindings);
    return {
      /** Takes D1 down, and lets so much time pass. */
      outage(ms: number) {
        down = true;
        vi.setSystemTime(Date.now() + ms);
      },
      async ask(query: string): Promise<Response> {
        const headers = { Authorization: `Bearer ${agent}`, "CF-Connecting-IP": "192.0.2.1" };
        const context = createExecutionContext();
        const url = `${ORIGIN}${RESOLVE}?${query}`;
        const response = await worker.fetch(new Request(url, { headers }), bindings, context);
        await waitOnExecutionContext(context);
        return response;
      },
    };
  }

  it("are what they were, past the bound marked stale; what is not known to exist is failed, not missing", async () => {
    const worker = await isolate();
    const query = "os=windows&names=none,one";
    const before = await worker.ask(query);
    const etag = before.headers.get("ETag");
    expect(await outcomesOf(before)).toEqual(["none: missing", "one: resolved"]);
    worker.outage(1_000);
    const within = await worker.ask(query);
    expect([within.status, within.headers.get("X-Cache"), within.headers.get("ETag")]).toEqual([
      200,
      "MEMORY",
      etag,
    ]);
    worker.outage(BOUND_MS + 20_000);
    const past = await worker.ask(query);
    expect([past.status, past.headers.get("X-Cache"), past.headers.get("Warning")]).toEqual([
      200,
      "STALE",
      '110 - "Response is Stale"',
    ]);
    expect(Number(past.headers.get("Age"))).toBeGreaterThanOrEqual(BOUND_MS / 1_000);
    expect(await outcomesOf(past)).toEqual(["none: failed", "one: resolved"]);
    expect(await outcomesOf(await worker.ask("os=windows"))).toEqual([
      "one: resolved",
      "team/tool: resolved",
    ]);
  });

  it("are answered from the copies of each where their page has none, and 503 where nothing has", async () => {
    const worker = await isolate();
    worker.outage(1_000);
    // The isolate that wrote them has put a copy of each in KV.
    const named = await worker.ask("os=windows&names=none,one,team/tool");
    expect(await outcomesOf(named)).toEqual(["none: failed", "one: resolved", "team/tool: resolved"]);
    for (const query of ["os=windows", "os=windows&names=none"]) {
      const answer = await worker.ask(query);
      expect([query, answer.status, answer.headers.get("Retry-After")]).toEqual([query, 503, "5"]);
    }
  });
});
