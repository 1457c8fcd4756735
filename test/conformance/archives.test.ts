import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { archiveHost, digestOf, html, whole, type ArchiveHost } from "../support/archive-host.ts";
import { startServer, type StartedServer } from "../../scripts/started-server.ts";
import { NIGHTLY } from "../support/nightly.ts";
import { describeWithData, rowsOf } from "./data.ts";

interface Build {
  url?: string;
  sha512?: string;
  filters?: string[];
  headers?: Record<string, string> | null;
}

interface Definition extends Build {
  metadata: { name: string; namespace: string };
  builds?: Build[] | null;
}

/** What a host does with an archive, by a digit of its digest: most are right. */
type Kind = "ok" | "wrong_digest" | "not_an_archive" | "gone" | "refused";
const KINDS: Readonly<Record<string, Kind>> = {
  "0": "wrong_digest",
  "1": "not_an_archive",
  "2": "gone",
  "3": "refused",
};
const kindOf = (digest: string): Kind => KINDS[digest[0] ?? ""] ?? "ok";

/** Checks of one run of the cron under `npm start`. */
const CHECKS = 100;
/** Commits that a run follows. */
const FOLLOWED = 200;
const HOSTS = 8;

describeWithData("the archives of the corpus", (read) => {
  let server: StartedServer;
  const hosts: ArchiveHost[] = [];
  const kinds = new Map<string, Kind>();

  beforeAll(async () => {
    for (let index = 0; index < HOSTS; index += 1) hosts.push(await archiveHost());
    server = await startServer();
  });
  afterAll(async () => {
    await server.stop();
    await Promise.all(hosts.map((host) => host.close()));
  });

  const send = (method: string, path: string, body?: unknown) =>
    fetch(server.url + path, {
      method,
      headers: { Authorization: `Bearer ${server.token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  /** The same build with bytes made up for its digest, on a host of ours. Tokens stay. */
  function moved<B extends Build>(build: B): B {
    if (build.url === undefined || build.sha512 === undefined) return build;
    const original = build.sha512.toLowerCase();
    const bytes = gzipSync(original, { level: 0 });
    const digest = digestOf(bytes);
    if (build.url.includes("{{")) return { ...build, sha512: digest };
    const { host: name } = new URL(build.url);
    const place = createHash("sha256").update(name).digest()[0] ?? 0;
    const host = hosts[place % HOSTS];
    const path = `/${createHash("sha256").update(`${build.url} ${digest}`).digest("hex")}`;
    const kind = kindOf(digest);
    kinds.set(digest, kind);
    host?.served.set(path, (_, response) => {
      if (kind === "gone") return html(response, 404);
      if (kind === "refused") return html(response, 403);
      if (kind === "not_an_archive") return html(response, 200);
      return whole(response, kind === "ok" ? bytes : gzipSync("other bytes"));
    });
    return { ...build, url: `${host?.origin}${path}`, sha512: digest };
  }

  it("all reach their state within the runs that the rate allows", async () => {
    const seen = new Map<string, number>();
    // By day a quarter of them, by night all.
    const published = rowsOf<Definition>(read("corpus/assets.jsonl"));
    const chosen = published.filter((_, index) => NIGHTLY || index % 4 === 0);
    const definitions = chosen.map((definition) => {
      const { name } = definition.metadata;
      const times = seen.get(name) ?? 0;
      seen.set(name, times + 1);
      const namespace = times === 0 ? "default" : `default-${times}`;
      const { builds } = definition;
      return {
        ...moved(definition),
        metadata: { ...definition.metadata, namespace },
        ...(builds === undefined || builds === null ? {} : { builds: builds.map(moved) }),
      };
    });
    const namespaces = new Set(definitions.map(({ metadata }) => metadata.namespace));
    for (const name of namespaces)
      if (name !== "default") await send("POST", "/api/core/v2/namespaces", { name });
    for (const definition of definitions) {
      const { namespace, name } = definition.metadata;
      const path = `/api/core/v2/namespaces/${namespace}/assets/${encodeURIComponent(name)}`;
      const put = await send("PUT", path, definition);
      expect([name, put.status, await put.text()]).toEqual([name, 201, ""]);
    }

    const archives = async () => {
      const all: { digest: string; state: string; users: unknown[] }[] = [];
      for (let token: string | null = ""; token !== null;) {
        const page = await send("GET", `/api/edge/v1/archives?continue=${token}`);
        all.push(...((await page.json()) as typeof all));
        token = page.headers.get("Sensu-Continue");
      }
      return all;
    };
    const first = await archives();
    const allowed = Math.ceil(definitions.length / FOLLOWED) + Math.ceil(first.length / CHECKS) + HOSTS;
    let runs = 0;
    for (; runs < allowed; runs += 1) {
      await fetch(`${server.url}/cdn-cgi/handler/scheduled`);
      if ((await archives()).every(({ state }) => state !== "unknown")) break;
    }
    const found = await archives();
    const counts = Map.groupBy(found, ({ state }) => state);
    console.log(
      JSON.stringify({
        definitions: definitions.length,
        digests: kinds.size,
        archives: found.length,
        runs: runs + 1,
        states: Object.fromEntries([...counts].map(([state, all]) => [state, all.length])),
      }),
    );
    const wrong = found.filter(
      ({ digest, state }) => state !== "not_checkable" && state !== kinds.get(digest),
    );
    expect(wrong).toEqual([]);
    expect(
      new Set(found.filter(({ state }) => state !== "not_checkable").map(({ digest }) => digest)).size,
    ).toBe(kinds.size);
  });
});
