// Inputs after public bug reports, as the command and as HTTP requests of any client bring them.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { runAssets } from "../../scripts/assets/run.ts";
import { runHere } from "../support/command.ts";
import { startWorker, type RunningWorker } from "../support/harness.ts";
import { describeWithData } from "./data.ts";

describeWithData("cases from bug reports", (read, pathOf) => {
  let worker: RunningWorker;
  let folder: string;
  let namespace: string;
  let count = 0;
  beforeAll(async () => {
    worker = await startWorker();
    folder = await mkdtemp(join(tmpdir(), "cases-"));
  });
  afterAll(async () => {
    await worker.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    count += 1;
    namespace = `case-${count}`;
    await http("POST", "/api/core/v2/namespaces", JSON.stringify({ name: namespace }));
  });

  /** A request over a socket, as curl sends it. */
  const http = (method: string, path: string, body?: string) =>
    fetch(`${worker.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${worker.token}` },
      ...(body === undefined ? {} : { body }),
    });
  const edge = (rest: string, body: string) =>
    http("POST", `/api/edge/v1/namespaces/${namespace}/${rest}`, body);
  const assets = (command: string, file: string, ...options: string[]) =>
    runHere(
      runAssets,
      [command, file.startsWith("/") ? file : pathOf(`cases/${file}`), "--namespace", namespace, ...options],
      { SENSU_API_URL: worker.url, SENSU_TOKEN: worker.token },
    );
  const stored = async (of = namespace) => {
    const list = await http("GET", `/api/core/v2/namespaces/${of}/assets`);
    return ((await list.json()) as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
  };
  const documentsOf = (...files: readonly string[]) =>
    files.flatMap((file) =>
      parseAllDocuments(read(`cases/${file}`)).map((document): unknown =>
        document.toJS({ maxAliasCount: -1 }),
      ),
    );
  const setOf = (...files: readonly string[]) =>
    JSON.stringify(documentsOf(...files).filter((each) => /^asset$/i.test((each as { type: string }).type)));

  describe("lowercase-type", () => {
    it("is an asset that the command plans, and that a prune keeps", async () => {
      const planned = await assets("plan", "lowercase-type.yaml");
      expect([planned.code, planned.out]).toEqual([2, expect.stringContaining("+ create load-checks\n")]);
      expect((await assets("apply", "lowercase-type.yaml", "--yes")).code).toBe(0);
      const pruned = await assets("apply", "lowercase-type.yaml", "--prune", "--max-delete", "9", "--yes");
      expect([pruned.code, pruned.out]).toEqual([0, "Nothing to do: 2 assets unchanged\n"]);
      expect(await stored()).toEqual(["kept", "load-checks"]);
    });

    it("is an asset by HTTP, and a namespace that is not there is named", async () => {
      const body = read("cases/lowercase-type.json");
      const path = (of: string) => `/api/core/v2/namespaces/${of}/assets/load-checks`;
      expect((await http("PUT", path("default"), body)).status).toBe(201);
      const elsewhere = body.replace('"namespace":"default"', '"namespace":"nowhere"');
      const missing = await http("PUT", path("nowhere"), elsewhere);
      expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining("nowhere")]);
      expect((await edge("apply", setOf("lowercase-type.yaml"))).status).toBe(200);
      const pruned = await edge("plan?prune=true&max_delete=9", setOf("lowercase-type.yaml"));
      expect(await pruned.json()).toMatchObject({ create: [], delete: [] });
    });
  });

  describe("member-misspelt", () => {
    const MEMBERS = [
      ["metadata.label", "metadata.labels"],
      ["spec.filter", "spec.filters"],
      ["spec.header", "spec.headers"],
    ] as const;

    it("is named by the command with the likely members", async () => {
      const { code, out } = await assets("plan", "member-misspelt.yaml");
      expect(code).toBe(2);
      for (const [wrong, right] of MEMBERS)
        expect(out).toMatch(new RegExp(`! ${wrong}: .*did you mean ${right}\\?`));
    });

    it("is named by HTTP, counted, and refused where that is asked", async () => {
      const body = setOf("member-misspelt.yaml");
      const planned = await edge("plan", body);
      const text = await planned.text();
      for (const [wrong, right] of MEMBERS) {
        expect(text).toContain(`"where":"${wrong}"`);
        expect(text).toContain(`did you mean ${right}?`);
      }
      expect(Number(planned.headers.get("X-Lint-Warnings"))).toBeGreaterThanOrEqual(3);
      expect((await edge("apply?strict=true", body)).status).toBe(400);
      expect(await stored()).toEqual([]);
    });
  });

  describe("repeated-asset", () => {
    const FILES = ["repeated-asset/cpu.yaml", "repeated-asset/disk.yaml"] as const;
    const differing = () => read(`cases/${FILES[1]}`).replace("_amd64.tar.gz", "_arm64.tar.gz");

    it("is one asset of the command, and where the repeats differ both places and the difference are shown", async () => {
      const planned = await assets("plan", "repeated-asset");
      expect(planned.out).toContain("+ create ruby-runtime\n");
      expect(planned.out).toContain("\n1 to create, ");
      const other = join(folder, "disk.yaml");
      await writeFile(other, differing());
      const { code, err } = await assets("plan", other, pathOf(`cases/${FILES[0]}`));
      expect(code).toBe(1);
      for (const said of [
        `${pathOf(`cases/${FILES[0]}`)}, document 2`,
        `${other}, document 2`,
        "_arm64.tar.gz",
      ])
        expect(err).toContain(said);
    });

    it("is one asset by HTTP, and where the repeats differ both places and the difference are shown", async () => {
      const planned = await edge("plan", setOf(...FILES));
      expect(await planned.json()).toMatchObject({ create: [{ name: "ruby-runtime" }] });
      const refused = await edge("plan", setOf(...FILES).replace("_amd64.tar.gz", "_arm64.tar.gz"));
      expect([refused.status, await refused.text()]).toEqual([
        400,
        expect.stringMatching(/definition 1: ruby-runtime is definition 0 too.*_arm64\.tar\.gz/),
      ]);
    });
  });

  it("two-namespaces is a plan for each; one that does not exist is named, and the others are untouched", async () => {
    const before = await stored("default");
    const missing = await assets("apply", "two-namespaces.yaml", "--yes");
    expect([missing.code, missing.err]).toEqual([
      1,
      expect.stringMatching(/namespace team-a: 404: .*nothing was changed in any namespace/),
    ]);
    expect(await stored("default")).toEqual(before);
    await http("POST", "/api/core/v2/namespaces", '{"name":"team-a"}');
    const planned = await assets("plan", "two-namespaces.yaml");
    expect(planned.out).toMatch(/^namespace default\n\+ create one\n[^]*\nnamespace team-a\n\+ create one\n/);
    expect((await assets("apply", "two-namespaces.yaml", "--yes")).code).toBe(0);
    expect([await stored("team-a"), await stored("default")]).toEqual([
      ["one"],
      [...before, "one"].toSorted(),
    ]);
    // By HTTP a set goes to the namespace of its path, and what names another is refused.
    const refused = await edge("apply", setOf("two-namespaces.yaml"));
    expect([refused.status, await stored()]).toEqual([400, []]);
  });

  it("no-assets is nothing to do, and never a prune", async () => {
    await edge("apply", setOf("lowercase-type.yaml"));
    expect(await assets("apply", "no-assets", "--yes")).toMatchObject({
      code: 0,
      err: expect.stringContaining("There are no assets among 1 resource\n"),
    });
    const pruned = await assets("apply", "no-assets", "--prune", "--max-delete", "9", "--yes");
    expect([pruned.code, pruned.err]).toEqual([
      1,
      expect.stringContaining("--prune would delete all there are"),
    ]);
    for (const body of [
      "",
      "[]",
      JSON.stringify(documentsOf("no-assets/check.yaml")),
      read("cases/no-assets/check.yaml"),
    ])
      expect([body, (await edge("apply?prune=true", body)).status]).toEqual([body, 400]);
    expect(await stored()).toEqual(["kept", "load-checks"]);
  });

  it("many-aliases is 121 assets, and a bomb is refused with the size it would have", async () => {
    expect((await assets("plan", "many-aliases.yaml")).out).toContain("\n121 to create, ");
    const [list] = documentsOf("many-aliases.yaml");
    const planned = (await (await edge("plan", JSON.stringify(list))).json()) as { create: unknown[] };
    expect(planned.create).toHaveLength(121);
    const levels = Array.from(
      { length: 9 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(", ")}]\n`,
    );
    const bomb = join(folder, "bomb.yaml");
    await writeFile(bomb, `l0: &l0 lol\n${levels.join("")}`);
    expect(await assets("plan", bomb)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/stands for [\d,]{10,} characters by its aliases/),
    });
  });

  it("unquoted-values names the labels, and says to quote them", async () => {
    const { code, err } = await assets("plan", "unquoted-values.yaml");
    expect(code).toBe(1);
    expect(err).toContain("metadata.labels.production is true, not text: write 'true', in quotes");
    expect(err).toContain("metadata.labels.tier is the number 2, not text: put what the file says in quotes");
    expect(err).toContain('metadata.annotations["io.sensu.bonsai.version"] is the number 1.1, not text');
    const refused = await edge("plan", setOf("unquoted-values.yaml"));
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining("metadata.labels.production is true, not text: write 'true', in quotes"),
    ]);
  });
});
