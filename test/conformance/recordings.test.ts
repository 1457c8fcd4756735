import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorker, type RunningWorker } from "../support/harness.ts";
import { describeWithData, rowsOf } from "./data.ts";
import { applyingRule, type Recorded } from "./decided-differences.ts";

const SUITES = ["create", "replace", "pagination"];
const ASSET_PATH = /^\/api\/core\/v2\/(?:namespaces\/[^/?]+\/)?assets/;

describeWithData("the recordings of sensu-backend 6.12", (read) => {
  const all = rowsOf<Recorded>(read("golden/sensu-6.12.jsonl"));
  let worker: RunningWorker;
  /** Assets that a decided difference stored or refused here: what is read of them afterwards differs with it. */
  const diverged = new Set<string>();

  beforeAll(async () => {
    worker = await startWorker();
    for (const namespace of new Set(
      all.map(({ request }) => /namespaces\/([\w-]+)/.exec(request.path)?.[1] ?? "default"),
    )) {
      if (namespace === "nope") continue;
      await worker.database
        .prepare("INSERT OR IGNORE INTO namespaces VALUES (?1, 0, '', 0)")
        .bind(namespace)
        .run();
    }
  });
  afterAll(() => worker.close());

  it.each(SUITES)(
    "give the same status, meaning and body, but for what is decided otherwise: %s",
    async (suite) => {
      const rows = all.filter((row) => row.suite === suite && ASSET_PATH.test(row.request.path));
      const used = new Map<string, number>();
      let equal = 0;
      for (const row of rows) {
        const { method, path, headers, body } = row.request;
        if (body !== null && /^<\d+ bytes/.test(body)) continue;
        const sent = Object.fromEntries(
          headers.filter(([name]) => !/^(authorization|transfer-encoding|expect)$/i.test(name)),
        );
        const answer = await worker.send(method, path, {
          headers: sent,
          ...(body === null ? {} : { body: plainBody(row) }),
        });
        const text = await answer.text();
        const rule = applyingRule(row, diverged);
        if (rule === null) {
          equal += 1;
          expect([path, body, answer.status, text]).toEqual([
            path,
            body,
            row.response.status ?? 0,
            row.response.body ?? "",
          ]);
          expect(answer.headers.get("Sensu-Continue")).toBe(header(row, "Sensu-Continue"));
          if (header(row, "Etag") !== null) expect(answer.headers.get("ETag")).toMatch(/^"[0-9a-f]{1,16}"$/);
        } else {
          used.set(rule.name, (used.get(rule.name) ?? 0) + 1);
          expect([rule.name, path, body, rule.holds(row, answer.status, text), text]).toEqual([
            rule.name,
            path,
            body,
            true,
            text,
          ]);
        }
        const name = nameIn(row);
        if (name !== "" && answer.status < 300 !== (row.response.status ?? 500) < 300) diverged.add(name);
      }
      console.log(
        `${suite}: ${equal} rows equal; decided differences: ${JSON.stringify(Object.fromEntries(used))}`,
      );
      expect(equal).toBeGreaterThan(20);
    },
  );
});

function header(row: Recorded, name: string): string | null {
  return row.response.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? null;
}

/** Chunked bodies are recorded with their framing. */
function plainBody({ request }: Recorded): string {
  const body = request.body ?? "";
  const chunked = request.headers.some(([name]) => name.toLowerCase() === "transfer-encoding");
  return chunked ? body.replace(/^[0-9a-f]+\r?\n/, "").replace(/\r?\n0\r?\n\r?\n$/, "") : body;
}

function nameIn({ request }: Recorded): string {
  const inPath = /\/assets\/([^?]+)/.exec(request.path)?.[1];
  if (inPath !== undefined) return decodeURIComponent(inPath);
  return /"name": ?"([^"]*)"/i.exec(request.body ?? "")?.[1] ?? "";
}
