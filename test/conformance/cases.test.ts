// Inputs after public bug reports, as the API takes them.
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { startWorker, type RunningWorker } from "../support/harness.ts";
import { describeWithData } from "./data.ts";

const EDGE = "/api/edge/v1/namespaces/default";
const CORE = "/api/core/v2/namespaces";

describeWithData("cases from bug reports, through the API", (read) => {
  let worker: RunningWorker;
  beforeAll(async () => {
    worker = await startWorker();
  });
  afterAll(() => worker.close());

  const assetsIn = (...files: readonly string[]) =>
    files
      .flatMap((file) => parseAllDocuments(read(`cases/${file}`)).map((document): unknown => document.toJS()))
      .filter((each): each is { type: string } => /^asset$/i.test((each as { type: string }).type));
  const send = (method: string, path: string, body: string) => worker.send(method, path, { body });

  it("type in lower case is an asset, and a namespace that is not there is named", async () => {
    const body = read("cases/lowercase-type.json");
    expect((await send("PUT", `${CORE}/default/assets/load-checks`, body)).status).toBe(201);
    const elsewhere = body.replace('"namespace":"default"', '"namespace":"nowhere"');
    const missing = await send("PUT", `${CORE}/nowhere/assets/load-checks`, elsewhere);
    expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining("nowhere")]);
    const pruned = await send(
      "POST",
      `${EDGE}/plan?prune=true`,
      JSON.stringify(assetsIn("lowercase-type.yaml")),
    );
    expect(await pruned.json()).toMatchObject({ delete: [] });
  });

  it("misspelt members are named with the likely member", async () => {
    const body = JSON.stringify(assetsIn("member-misspelt.yaml"));
    const planned = await send("POST", `${EDGE}/plan`, body);
    const text = await planned.text();
    for (const [wrong, right] of [
      ["metadata.label", "metadata.labels"],
      ["spec.filter", "spec.filters"],
      ["spec.header", "spec.headers"],
    ]) {
      expect(text).toContain(`"where":"${wrong}"`);
      expect(text).toContain(`did you mean ${right}?`);
    }
    expect(Number(planned.headers.get("X-Lint-Warnings"))).toBeGreaterThanOrEqual(3);
    expect((await send("POST", `${EDGE}/apply?strict=true`, body)).status).toBe(400);
  });

  it("a definition that is repeated alike is one", async () => {
    const planned = await send(
      "POST",
      `${EDGE}/plan`,
      JSON.stringify(assetsIn("repeated-asset/cpu.yaml", "repeated-asset/disk.yaml")),
    );
    expect(await planned.json()).toMatchObject({ create: [{ name: "ruby-runtime" }] });
  });
});
