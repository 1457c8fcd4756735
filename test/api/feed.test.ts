import { env } from "cloudflare:workers";
import { createScheduledController } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { NEW_EPOCH } from "../../scripts/new-epoch.ts";
import { forgetRevisions } from "../../src/store/d1/retention.ts";
import worker from "../../src/index.ts";
import { anAsset, servedAsset } from "../support/fixtures.ts";
import { api, freshStorage, tokenFor } from "../support/worker.ts";

const FEED = "/api/edge/v1/changes";
const root = await tokenFor(["admin@*"], { name: "root" });
const viewer = await tokenFor(["view@default"]);

interface Page {
  readonly changes: readonly { readonly seq: number; readonly name: string; readonly definition: unknown }[];
  readonly next: string;
  readonly complete: boolean;
}

beforeEach(freshStorage);

async function page(query: string, token = viewer): Promise<Page> {
  const answer = await api("GET", `${FEED}?${query}`, { token });
  expect(answer.status).toBe(200);
  return answer.json<Page>();
}

async function put(name: string, members = {}, namespace = "default"): Promise<void> {
  const path = `/api/core/v2/namespaces/${namespace}/assets/${encodeURIComponent(name)}`;
  const written = await api("PUT", path, { token: root, body: anAsset(name, members, namespace) });
  expect(written.status).toBe(201);
}

const namesOf = ({ changes }: Page) => changes.map(({ name }) => name);

/** Adds commits to one name, of definitions of about so many bytes, past the API. */
async function manyCommits(count: number, name: string, bytes = 2): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO revisions (seq, kind, namespace, name, action, definition, principal, at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       SELECT (SELECT seq FROM meta) + i, 'asset', 'default', ?2, 'update', replace(?4, 'https', hex(zeroblob(?3))),
         'tester', i
       FROM n`,
    ).bind(count, name, bytes / 2, servedAsset(name)),
    env.DB.prepare("UPDATE meta SET seq = seq + ?1").bind(count),
    env.DB.prepare("UPDATE namespaces SET seq = (SELECT seq FROM meta) WHERE name = 'default'"),
  ]);
}

describe("a page of the feed", () => {
  it("holds as many changes as `limit` asks for, and pages join to the whole", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) await put(name);
    const names: string[] = [];
    for (let since = "0", got = ["x"]; got.length > 0;) {
      const read = await page(`namespace=default&limit=2&since=${since}`);
      got = namesOf(read);
      expect(got.length).toBeLessThanOrEqual(2);
      names.push(...got);
      since = read.next;
    }
    expect(names).toEqual(["a", "b", "c", "d", "e"]);
    expect(await page("namespace=default&limit=0")).toEqual(await page("namespace=default"));
  });

  it("pages are bounded by the bytes of their definitions", async () => {
    await manyCommits(3, "large", 1_900_000);
    await manyCommits(1, "small");
    const counts: string[][] = [];
    for (let since = "0", got = ["x"]; got.length > 0;) {
      const answer = await api("GET", `${FEED}?namespace=default&since=${since}`, { token: root });
      const text = await answer.text();
      expect(text.length).toBeLessThan(4.2 * 1024 * 1024);
      const read = JSON.parse(text) as Page;
      got = namesOf(read);
      counts.push(got);
      since = read.next;
    }
    expect(counts).toEqual([["large", "large"], ["large", "small"], []]);
  });

  it("goes over a bounded number of commits that the caller may not see, and moves on at once", async () => {
    await manyCommits(5_000, "hidden", 2_000);
    await put("shown");
    const narrow = await tokenFor(["view@default/shown*"]);
    const first = await api("GET", `${FEED}?namespace=default`, { token: narrow });
    expect(first.headers.get("Retry-After")).toBeNull();
    let read = await first.json<Page>();
    expect(read.changes).toEqual([]);
    let requests = 1;
    for (; read.changes.length === 0; requests += 1) {
      const moved = await page(`namespace=default&since=${read.next}`, narrow);
      expect(moved.next).not.toBe(read.next);
      read = moved;
    }
    expect([namesOf(read), requests]).toEqual([["shown"], 3]);
    // A watcher is not kept waiting by what it may not see either.
    expect((await page("namespace=default&wait=25", narrow)).changes).toEqual([]);
  });

  it("looks at all commits with hostile names in a few pages, whatever the globs", async () => {
    await manyCommits(300, "a".repeat(255));
    const globs = Array.from({ length: 50 }, (_, index) => `view@default/${"*aa".repeat(3)}*b${index}`);
    const hostile = await tokenFor(globs);
    const newest = await page("namespace=default&since=now", hostile);
    let read = await page("namespace=default", hostile);
    for (let pages = 1; read.next !== newest.next; pages += 1) {
      expect([pages < 20, read.changes]).toEqual([true, []]);
      read = await page(`namespace=default&since=${read.next}`, hostile);
    }
    expect(read.changes).toEqual([]);
  });

  it("is 404 for a namespace that does not exist, after 403 for one that the caller may not see", async () => {
    const answer = await api("GET", `${FEED}?namespace=nope`, { token: root });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ message: "the namespace nope does not exist", code: 2 });
    expect((await api("GET", `${FEED}?namespace=nope`, { token: viewer })).status).toBe(403);
  });
});

describe("a cursor of the feed", () => {
  it("`now` is the newest commit, and shows nothing", async () => {
    await put("a");
    const now = await page("namespace=default&since=now");
    expect(now.changes).toEqual([]);
    await put("b");
    expect(namesOf(await page(`namespace=default&since=${now.next}`))).toEqual(["b"]);
  });

  it.each(["x", "!", "MTI", "a".repeat(201), "-1", "1.5"])("%s is 400", async (since) => {
    const answer = await api("GET", `${FEED}?namespace=default&since=${since}`, { token: viewer });
    expect(answer.status).toBe(400);
    const headers = { Accept: "text/event-stream", "Last-Event-ID": since };
    expect((await api("GET", `${FEED}?namespace=default`, { token: viewer, headers })).status).toBe(400);
  });

  it("past the newest commit is 400 and names the newest", async () => {
    await put("a");
    const { next } = await page("namespace=default");
    await env.DB.prepare("UPDATE meta SET seq = seq + 5").run();
    const ahead = (await page("namespace=default")).next;
    await env.DB.prepare("UPDATE meta SET seq = seq - 5").run();
    const answer = await api("GET", `${FEED}?namespace=default&since=${ahead}`, { token: viewer });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      message: expect.stringMatching(
        new RegExp(`^the cursor is at seq \\d+, past the newest commit, \\d+, whose cursor is ${next}$`),
      ),
      code: 1,
    });
  });

  /** Status and message of the answer to a cursor that must be of no use; a stream must send the same as a `reset`. */
  async function refused(since: string): Promise<[status: number, message: string]> {
    const answer = await api("GET", `${FEED}?namespace=default&since=${since}`, { token: viewer });
    const { message, code, next } = await answer.json<{ message: string; code: number; next: string }>();
    expect(code).toBe(2);
    expect(await page(`namespace=default&since=${next}`)).toEqual({ changes: [], next, complete: true });
    const headers = { Accept: "text/event-stream", "Last-Event-ID": since };
    const stream = await api("GET", `${FEED}?namespace=default`, { token: viewer, headers });
    expect(await textUntil(stream, "reset")).toContain(
      `id: ${next}\nevent: reset\ndata: ${JSON.stringify({ message, next })}\n\n`,
    );
    return [answer.status, message];
  }

  it("of another epoch is 410, with the cursor to go on from", async () => {
    await put("a");
    const { next } = await page("namespace=default");
    await env.DB.prepare(NEW_EPOCH).run();
    // Those who wait learn of it with the next journal.
    await worker.scheduled(createScheduledController(), env);
    expect(await refused(next)).toEqual([410, expect.stringContaining("the database was restored")]);
  });

  it("that is a bare seq, as earlier releases gave out, is 410", async () => {
    await put("a");
    expect(await refused("1")).toEqual([410, expect.stringContaining("the database was restored")]);
  });

  it("older than what is kept is 410; reading from the start goes on, and says that it is not complete", async () => {
    for (const name of ["a", "a", "a", "a", "b"]) await put(name);
    const { next: afterFirst } = await page("namespace=default&limit=2");
    const old = await page("namespace=default&since=now");
    const beforeAll = (await page("namespace=default")).next;
    expect(beforeAll).toBe(old.next);
    await put("c");
    await put("a");
    expect((await page(`namespace=default&since=${old.next}`)).complete).toBe(true);
    await env.DB.prepare("UPDATE revisions SET at = 1").run();
    expect(await forgetRevisions(env.DB, 2)).toBe(3);
    // What it read so far were the first two of what no longer is there; the rest brings it to the same state.
    expect(namesOf(await page(`namespace=default&since=${afterFirst}`))).toEqual(["a", "b", "c", "a"]);
    const whole = await page("namespace=default");
    expect(whole).toMatchObject({ complete: false });
    expect(namesOf(whole)).toEqual(["a", "b", "c", "a"]);
    expect((await page(`namespace=default&since=${old.next}`)).changes).toHaveLength(2);
    await put("a");
    await put("a");
    await env.DB.prepare("UPDATE revisions SET at = 1").run();
    await forgetRevisions(env.DB, 2);
    expect(await refused(old.next)).toEqual([410, expect.stringContaining("no longer kept")]);
  });
});

describe("epochs", () => {
  it("never use a number of another, even after two restores to the same minute", async () => {
    const used = new Set<number>();
    const seq = async () => Number(await env.DB.prepare("SELECT seq FROM meta").first("seq"));
    await put("a");
    const restored = await seq();
    for (let time = 0; time < 3; time += 1) {
      const started = await seq();
      for (const name of ["b", "c", "d"]) await put(name);
      const numbers = Array.from({ length: (await seq()) - started }, (_, index) => started + index + 1);
      expect(numbers.filter((number) => used.has(number))).toEqual([]);
      for (const number of numbers) used.add(number);
      await env.DB.batch([
        env.DB.prepare("DELETE FROM revisions WHERE seq > ?1").bind(restored),
        env.DB.prepare("UPDATE meta SET seq = ?1").bind(restored),
      ]);
      await env.DB.prepare(NEW_EPOCH).run();
    }
    expect(await seq()).toBeLessThan(Number.MAX_SAFE_INTEGER / 10);
  });
});

describe("a stream of changes", () => {
  const open = (token: string, authorization?: string) =>
    api("GET", `${FEED}?namespace=default&since=now`, {
      ...(authorization === undefined ? { token } : {}),
      headers: {
        Accept: "text/event-stream",
        ...(authorization === undefined ? {} : { Authorization: authorization }),
      },
    });

  it("ends when its key is revoked, before it shows another change", async () => {
    const made = await api("POST", "/api/edge/v1/keys", {
      token: root,
      body: { name: "follower", grants: ["view@default"] },
    });
    const { key } = await made.json<{ key: string }>();
    const stream = await open("", `Key ${key}`);
    const rest = textUntil(stream, "no such text");
    await api("DELETE", "/api/edge/v1/keys/follower", { token: root });
    await put("secret");
    expect(await rest).not.toContain("secret");
  });

  it("ends when its access token expires", async () => {
    const stream = await open(await tokenFor(["view@default"], { ttl: 2 }));
    expect(await textUntil(stream, "no such text")).toContain("retry: 5000");
  });

  it("shows what is written while it waits, and goes on after it", async () => {
    const stream = await open(viewer);
    const text = textUntil(stream, '"name":"later"');
    await put("later");
    expect(await text).toContain("event: change");
  });
});

/** What a stream sends until a text comes, or it ends. */
async function textUntil(response: Response, end: string): Promise<string> {
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  while (!seen.includes(end)) {
    const { done, value } = await reader.read();
    if (done) return seen;
    seen += value;
  }
  await reader.cancel();
  return seen;
}

describe("a namespace that was deleted and created again", () => {
  const TEAM = "/api/core/v2/namespaces/team";
  const EDGE = "/api/edge/v1/namespaces/team/assets/tool";
  const SECRET = { headers: { Authorization: "Bearer old-secret" } };

  /** A namespace whose former owners kept a secret; the seq of that commit. */
  async function recreated(): Promise<number> {
    await api("PUT", TEAM, { token: root, body: {} });
    await put("tool", SECRET, "team");
    const [first] = await (await api("GET", `${EDGE}/revisions`, { token: root })).json<{ seq: number }[]>();
    await api("DELETE", `${TEAM}/assets/tool`, { token: root });
    await api("DELETE", TEAM, { token: root });
    await api("PUT", TEAM, { token: root, body: {} });
    await put("tool", {}, "team");
    return first?.seq ?? 0;
  }

  const narrow: (readonly [string, readonly string[]])[] = [
    ["an admin of the namespace", ["admin@team"]],
    ["an editor of the namespace", ["edit@team"]],
    ["an editor of the name", ["edit@team/tool"]],
    ["an editor of the namespace who may view everything", ["edit@team", "view@*"]],
    ["a viewer of everything else", ["view@team", "view@*/other-*"]],
  ];

  it.each(narrow)("shows %s nothing of the former one", async (_, grants) => {
    const seq = await recreated();
    const token = await tokenFor(grants);
    const reads = [
      `${EDGE}/revisions`,
      `${EDGE}/revisions/${seq}`,
      `${EDGE}?at=${seq}`,
      `${EDGE}/diff?from=${seq}`,
      `${EDGE}/diff?to=${seq}`,
      `${EDGE}/diff`,
      "/api/edge/v1/namespaces/team/audit",
      "/api/edge/v1/namespaces/team/audit?format=ndjson",
      `${FEED}?namespace=team`,
    ];
    for (const path of reads) {
      const text = await (await api("GET", path, { token })).text();
      expect([path, text]).not.toEqual([path, expect.stringContaining("old-secret")]);
    }
    const revisions = await (await api("GET", `${EDGE}/revisions`, { token })).json<unknown[]>();
    expect(revisions).toHaveLength(1);
    for (const path of reads.slice(1, 5)) expect((await api("GET", path, { token })).status).toBe(404);
    const back = await api("POST", `${EDGE}/rollback`, { token, body: { seq } });
    expect(back.status).toBe(grants[0]?.startsWith("view") === true ? 403 : 404);
  });

  it("shows an admin of everything all of its history", async () => {
    const seq = await recreated();
    const revisions = await (await api("GET", `${EDGE}/revisions`, { token: root })).json<unknown[]>();
    expect(revisions).toHaveLength(3);
    expect(await (await api("GET", `${EDGE}/revisions/${seq}`, { token: root })).text()).toContain(
      "old-secret",
    );
    expect(namesOf(await page("namespace=team", root))).toEqual(["tool", "tool", "tool"]);
    const audit = await (
      await api("GET", "/api/edge/v1/namespaces/team/audit", { token: root })
    ).json<unknown[]>();
    expect(audit).toHaveLength(6);
    expect((await api("POST", `${EDGE}/rollback`, { token: root, body: { seq } })).status).toBe(200);
  });

  it("shows a viewer of everything its feed, secrets masked also for an editor of the new one", async () => {
    await recreated();
    const token = await tokenFor(["view@*", "edit@team"]);
    const feed = await page("namespace=team", token);
    expect(namesOf(feed)).toEqual(["tool", "tool", "tool"]);
    expect(JSON.stringify(feed)).not.toContain("old-secret");
  });

  it("is 410 to a follower of the former one, whose copy holds what it was not shown deleted", async () => {
    await api("PUT", TEAM, { token: root, body: {} });
    await put("tool", SECRET, "team");
    const token = await tokenFor(["view@team"]);
    const { next } = await page("namespace=team", token);
    await api("DELETE", `${TEAM}/assets/tool`, { token: root });
    await api("DELETE", TEAM, { token: root });
    expect((await api("GET", `${FEED}?namespace=team&since=${next}`, { token })).status).toBe(404);
    await api("PUT", TEAM, { token: root, body: {} });
    const answer = await api("GET", `${FEED}?namespace=team&since=${next}`, { token });
    expect(answer.status).toBe(410);
    expect(namesOf(await page(`namespace=team&since=${next}`, root))).toEqual(["tool"]);
  });

  it("is 410 to a follower that was half-way through the former one from its start", async () => {
    await api("PUT", TEAM, { token: root, body: {} });
    for (const name of ["a", "b", "c"]) await put(name, {}, "team");
    const token = await tokenFor(["view@team"]);
    const half = await page("namespace=team&limit=1", token);
    expect(namesOf(half)).toEqual(["a"]);
    for (const name of ["a", "b", "c"]) await api("DELETE", `${TEAM}/assets/${name}`, { token: root });
    await api("DELETE", TEAM, { token: root });
    await api("PUT", TEAM, { token: root, body: {} });
    const answer = await api("GET", `${FEED}?namespace=team&since=${half.next}`, { token });
    expect(answer.status).toBe(410);
  });

  it("has an audit that begins with its creation", async () => {
    await recreated();
    const local = await tokenFor(["admin@team"]);
    const audit = await api("GET", "/api/edge/v1/namespaces/team/audit", { token: local });
    const entries = await audit.json<{ kind: string; action: string }[]>();
    expect(entries.map(({ kind, action }) => `${kind} ${action}`)).toEqual([
      "asset create",
      "namespace create",
    ]);
  });
});
