import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorker, type RunningWorker } from "../support/harness.ts";
import { describeWithData } from "./data.ts";
import { ReplayCounts } from "./replay-counts.ts";
import { applyingDifference, asServedBy, decodedList, skipRule, type Answer } from "./sensuctl-needs.ts";
import { isCut, SensuctlSession } from "./sensuctl-session.ts";
import { readTranscript, type Command, type Exchange } from "./sensuctl-transcript.ts";

const USER = "admin";

describeWithData("each recorded sensuctl command gets what sensuctl needs", (read) => {
  // The third file has no heading: it was recorded with 6.12, after the others.
  const transcripts = [1, 2, 3].map((part) => readTranscript(read(`golden/sensuctl-${part}.txt`), "612"));
  const all = transcripts.flatMap(({ commands }) => commands);
  const sha512 = /--sha512 ([0-9a-f]{128})/.exec(all[0]?.line ?? "")?.[1] ?? "";
  const counts = new ReplayCounts();
  for (const { elsewhere } of transcripts) counts.skip("the request went to another host", elsewhere);

  const title = ({ server, line }: Command) => `${server}: ${line.replaceAll(sha512, "<SHA>")}`;
  const replayed: (readonly [string, Command])[] = [];
  for (const command of all.toSorted((a, b) => b.server.localeCompare(a.server))) {
    const rule = skipRule(command);
    if (rule === null) replayed.push([title(command), command]);
    else counts.skip(rule, 1);
  }

  let worker: RunningWorker;
  let session: SensuctlSession;
  let server = "";
  beforeAll(async () => {
    worker = await startWorker();
  });
  afterAll(async () => {
    await worker.close();
    // Not by console: that is silent while tests pass, and this line is for whoever reads the gate.
    process.stdout.write(`${counts.summary()}\n`);
  });

  it("there is something to replay", () => {
    expect(replayed.length).toBeGreaterThan(40);
  });

  it.each(replayed)("%s", async (_, command) => {
    if (command.server !== server) {
      server = command.server;
      session = await freshServer(
        worker,
        presupposed(all.filter((other) => other.server === server)),
        sha512,
      );
    }
    for (const exchange of command.exchanges) {
      const rule = applyingDifference(exchange);
      const response = await session.send(exchange);
      const answer = await readAnswer(response);
      counts.replay(rule?.name ?? "equal");
      expectUsable(exchange, answer);
      if (rule === null) {
        const recorded = session.recorded(exchange);
        const served = asServedBy(server, answer.body);
        const body = isCut(recorded) ? served.slice(0, recorded.length) : served;
        expect([answer.status, body]).toEqual([exchange.status, recorded]);
        expect(answer.continues).toBe(exchange.answerHeaders.some(([name]) => name === "Sensu-Continue"));
      } else {
        expect([rule.name, rule.holds(answer), answer.body]).toEqual([rule.name, true, answer.body]);
      }
    }
    counts.command();
  });

  it("logout ends the session", async () => {
    const { status, body } = await readAnswer(await session.logout());
    expect([status, body]).toEqual([200, ""]);
  });
});

/** What holds for every answer, whatever it says (contract §5.1, §5.2, §9-C). */
function expectUsable({ method, path }: Exchange, answer: Answer): void {
  if (answer.status >= 400) {
    expect(JSON.parse(answer.body)).toEqual({ message: expect.any(String), code: expect.any(Number) });
  } else if (method === "GET") {
    expect(answer.contentType).toBe("application/json");
    if (/\/(?:assets|namespaces)(?:$|\?)/.test(path)) {
      for (const item of decodedList(answer.body)) expectForGo(item);
    } else {
      expectForGo(JSON.parse(answer.body) as Record<string, unknown>);
    }
  } else if (path.startsWith("/api")) {
    expect([path, answer.body]).toEqual([path, ""]);
  } else {
    expect(answer.contentType).toBe("application/json");
  }
}

/** Go decodes `filters` into a list of strings; a map there fails the whole command. */
function expectForGo(item: Record<string, unknown>): void {
  const builds = (item["builds"] ?? []) as Record<string, unknown>[];
  for (const { filters } of [item, ...builds]) {
    expect(filters ?? []).toBeInstanceOf(Array);
  }
}

/** The namespaces that the recorded server had before, told by its answers less what the commands themselves made. */
function presupposed(commands: readonly Command[]): ReadonlySet<string> {
  const exchanges = commands.flatMap((command) => command.exchanges);
  const made = new Set(
    exchanges.flatMap(({ method, path, body }) =>
      method === "PUT" || method === "POST"
        ? [/\/namespaces\/([^/]+)$/.exec(path)?.[1] ?? /^\{"name":"([^"]+)"\}$/.exec(body)?.[1] ?? ""]
        : [],
    ),
  );
  const listed = exchanges
    .filter(({ method, path }) => method === "GET" && path.endsWith("/namespaces"))
    .flatMap(({ answerBody }) => decodedList(answerBody).map(({ name }) => String(name)));
  const named = exchanges.map(({ path }) => /\/namespaces\/([^/?]+)\//.exec(path)?.[1] ?? "default");
  return new Set([...listed, ...named].filter((name) => !made.has(name)));
}

/** Empties the server, makes what the recordings presuppose, and logs in with a key of the recorded user's name. */
async function freshServer(
  worker: RunningWorker,
  namespaces: ReadonlySet<string>,
  sha512: string,
): Promise<SensuctlSession> {
  await emptied(worker);
  for (const name of namespaces) {
    const made = await worker.send("PUT", `/api/core/v2/namespaces/${name}`, {
      body: JSON.stringify({ name }),
    });
    expect(made.status).toBe(201);
  }
  const linux = { sha512, filters: ["entity.system.os == 'linux'"] };
  await putAsset(worker, "aaa", "q", { url: "https://example.com/a.tar.gz", ...linux });
  // One of them has its filters in the document's map form, and together they fill more than a page of 100.
  await putAsset(worker, "default", "map", {
    ...linux,
    url: "https://e/map",
    filters: { "entity.system.os": "linux" },
  });
  for (let n = 0; n < 110; n += 1)
    await putAsset(worker, "default", `url-${n}`, { url: "https://e/u", ...linux });

  await worker.send("DELETE", `/api/edge/v1/keys/${USER}`);
  const key = await worker.send("POST", "/api/edge/v1/keys", {
    body: JSON.stringify({ name: USER, grants: ["admin@*"] }),
  });
  const session = new SensuctlSession(worker, sha512);
  const login = await session.configure(USER, (await key.json<{ key: string }>()).key);
  expect([login.status, login.headers.get("Content-Type")]).toEqual([200, "application/json"]);
  expect(new URL(session.issuer()).origin).toBe(worker.url);
  return session;
}

async function emptied(worker: RunningWorker): Promise<void> {
  const assets = await worker.send("GET", "/api/core/v2/assets");
  for (const { metadata } of await assets.json<{ metadata: { namespace: string; name: string } }[]>()) {
    const { namespace, name } = metadata;
    const path = `/api/core/v2/namespaces/${namespace}/assets/${encodeURIComponent(name)}`;
    expect((await worker.send("DELETE", path)).status).toBe(204);
  }
  const namespaces = await worker.send("GET", "/api/core/v2/namespaces");
  for (const { name } of await namespaces.json<{ name: string }[]>()) {
    if (name !== "default") await worker.send("DELETE", `/api/core/v2/namespaces/${name}`);
  }
}

async function putAsset(
  worker: RunningWorker,
  namespace: string,
  name: string,
  definition: Record<string, unknown>,
): Promise<void> {
  const body = JSON.stringify({ ...definition, metadata: { name, namespace } });
  const put = await worker.send("PUT", `/api/core/v2/namespaces/${namespace}/assets/${name}`, { body });
  expect([name, put.status]).toEqual([name, 201]);
}

async function readAnswer(response: Response): Promise<Answer> {
  return {
    status: response.status,
    contentType: response.headers.get("Content-Type") ?? "",
    continues: response.headers.has("Sensu-Continue"),
    body: await response.text(),
  };
}
