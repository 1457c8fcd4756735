import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorker, type RunningWorker } from "../support/harness.ts";
import { describeWithData, rowsOf } from "./data.ts";

interface Definition {
  url?: string;
  builds: { url: string }[] | null;
  metadata: { name: string; namespace?: string; created_by?: string };
}
interface Plan {
  plan: string | null;
  create: { name: string }[];
  update: { name: string }[];
  delete: { name: string }[];
  unchanged: string[];
}

const EDGE = "/api/edge/v1/namespaces/default";

describeWithData("the corpus, planned and applied", (read) => {
  let worker: RunningWorker;
  beforeAll(async () => {
    worker = await startWorker();
  });
  afterAll(() => worker.close());

  // Names repeat over repositories; a set holds each once.
  const definitions = [
    ...new Map(
      rowsOf<Definition>(read("corpus/assets.jsonl")).map((each) => [each.metadata.name, each]),
    ).values(),
  ].map((each) => ({ ...each, metadata: { ...each.metadata, namespace: "default" } }));

  async function ask<T>(path: string, set: unknown): Promise<T> {
    const answer = await worker.send("POST", `${EDGE}/${path}`, { body: JSON.stringify(set) });
    expect([path, answer.status]).toEqual([path, 200]);
    return (await answer.json()) as T;
  }

  async function tags(): Promise<Record<string, string>> {
    const list = (await (
      await worker.send("GET", "/api/core/v2/namespaces/default/assets")
    ).json()) as Definition[];
    const entries = list.map(async ({ metadata: { name } }) => {
      const got = await worker.send(
        "GET",
        `/api/core/v2/namespaces/default/assets/${encodeURIComponent(name)}`,
      );
      return [name, got.headers.get("ETag") ?? ""] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  it("ends where it began after a change and a rollback, and from its own dump", async () => {
    const planned = await ask<Plan>("plan", definitions);
    expect(planned.create).toHaveLength(definitions.length);
    await ask(`apply?plan=${planned.plan}`, []);
    expect(await ask<Plan>("plan?prune=true", definitions)).toMatchObject({
      plan: null,
      create: [],
      update: [],
      delete: [],
    });
    const first = await tags();
    expect(Object.keys(first)).toHaveLength(definitions.length);

    const changed = definitions.map((each, index) =>
      index % 3 === 0 ? { ...each, headers: { "X-Changed": "yes" } } : each,
    );
    const expected = definitions.filter((_, index) => index % 3 === 0).map(({ metadata }) => metadata.name);
    const update = await ask<Plan>("plan", changed);
    expect(update.update.map(({ name }) => name)).toEqual(expected);
    await ask("apply", changed);
    expect(await tags()).not.toEqual(first);

    for (const name of expected) {
      const path = `${EDGE}/assets/${encodeURIComponent(name)}`;
      const [, before] = (await (await worker.send("GET", `${path}/revisions`)).json()) as { seq: number }[];
      const rolled = await worker.send("POST", `${path}/rollback`, {
        body: JSON.stringify({ seq: before?.seq }),
      });
      expect(rolled.status).toBe(200);
    }
    expect(await tags()).toEqual(first);

    const dump: unknown = await (await worker.send("GET", "/api/core/v2/namespaces/default/assets")).json();
    await ask(`apply?prune=true&max_delete=${definitions.length}`, []);
    expect(await tags()).toEqual({});
    await ask("apply", dump);
    expect(await tags()).toEqual(first);
  });
});
