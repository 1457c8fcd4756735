import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorker, type RunningWorker } from "../support/harness.ts";
import { describeWithData, rowsOf } from "./data.ts";

interface Definition {
  metadata: { name: string; namespace: string; created_by?: string };
}

describeWithData("the corpus of published definitions", (read) => {
  let worker: RunningWorker;
  // Names repeat over repositories; a namespace for each repetition keeps every definition.
  const definitions = inNamespaces(rowsOf<Definition>(read("corpus/assets.jsonl")));
  const namespaces = [...new Set(definitions.map(({ metadata }) => metadata.namespace))];

  beforeAll(async () => {
    worker = await startWorker();
    for (const namespace of namespaces) {
      await worker.database
        .prepare("INSERT OR IGNORE INTO namespaces VALUES (?1, 0, '', 0)")
        .bind(namespace)
        .run();
    }
  });
  afterAll(() => worker.close());

  it("is stored whole, and every definition comes back equal", async () => {
    expect(definitions.length).toBeGreaterThan(300);
    for (const definition of definitions) {
      const { namespace, name } = definition.metadata;
      const path = `/api/core/v2/namespaces/${namespace}/assets/${encodeURIComponent(name)}`;
      const put = await worker.send("PUT", path, { body: JSON.stringify(definition) });
      expect([name, put.status, await put.text()]).toEqual([name, 201, ""]);
      const got = (await (await worker.send("GET", path)).json()) as Definition;
      expect(normal(got)).toEqual(normal(definition));
    }
  });

  it.each(namespaces)("is listed in byte order over pages of 7: %s", async (namespace) => {
    const listed: Definition[] = [];
    let token: string | null = "";
    while (token !== null) {
      const path = `/api/core/v2/namespaces/${namespace}/assets?limit=7&continue=${token}`;
      const page = await worker.send("GET", path);
      listed.push(...((await page.json()) as Definition[]));
      token = page.headers.get("Sensu-Continue");
    }
    const mine = definitions.filter(({ metadata }) => metadata.namespace === namespace);
    const names = mine.map(({ metadata }) => metadata.name);
    const inByteOrder = names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(listed.map(({ metadata }) => metadata.name)).toEqual(inByteOrder);
  });
});

function inNamespaces(definitions: Definition[]): Definition[] {
  const seen = new Map<string, number>();
  return definitions.map((definition) => {
    const { name } = definition.metadata;
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    const namespace = times === 0 ? "default" : `default-${times}`;
    return { ...definition, metadata: { ...definition.metadata, namespace } };
  });
}

/** Key order, `created_by` and the difference between absent and empty aside (contract §1.4). */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(normal);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value)
    .filter(([key]) => key !== "created_by")
    .map(([key, member]) => [key, normal(member)] as const)
    .filter(([, member]) => member !== null && member !== "");
  return members.length === 0 ? null : Object.fromEntries(members);
}
