// For any set of definitions and any one slip on the way to the server: a prune deletes nothing that the set as it was
// meant would keep.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MANAGED_BY } from "../../scripts/assets/forms.ts";
import { runAssets } from "../../scripts/assets/run.ts";
import { runHere, type Ran } from "../support/command.ts";
import { anAsset, SHA512 } from "../support/fixtures.ts";
import { startWorker, type RunningWorker } from "../support/harness.ts";
import { runs } from "../support/nightly.ts";

/** A namespace and the name of an asset in it. */
type Id = readonly [namespace: "ours" | "theirs", name: string];

/** What is stored before each command. */
const STORED: readonly Id[] = [
  ["ours", "a"],
  ["ours", "b.c"],
  ["ours", "load-checks"],
  ["ours", "zz"],
  ["theirs", "a"],
  ["theirs", "d"],
  ["theirs", "disk_checks"],
];
const LABELS = { [MANAGED_BY]: "ci" };

let worker: RunningWorker;
let folder: string;
beforeAll(async () => {
  worker = await startWorker();
  folder = await mkdtemp(join(tmpdir(), "assets-one-slip-"));
  for (const name of ["ours", "theirs"])
    await worker.send("POST", "/api/core/v2/namespaces", { body: JSON.stringify({ name }) });
});
afterAll(async () => {
  await worker.close();
  await rm(folder, { recursive: true });
});

type Form = "wrapped YAML" | "bare YAML" | "JSON";
type Members = Readonly<Record<string, unknown>>;

/** What somebody means to apply. */
interface Meant {
  readonly ids: readonly Id[];
  readonly form: Form;
}

/** What they type: files by name, those of the command line, and the options. */
interface Typed {
  readonly files: Readonly<Record<string, string>>;
  readonly named: string;
  readonly options: readonly string[];
}

const meantAs = (...forms: Form[]): fc.Arbitrary<Meant> =>
  fc.record({ ids: fc.subarray([...STORED], { minLength: 1 }), form: fc.constantFrom(...forms) });
const anyMeant = meantAs("wrapped YAML", "bare YAML", "JSON");
const inYaml = meantAs("wrapped YAML", "bare YAML");

/** A test that is given up goes on, and deletes what the next one stores. */
const PATIENCE_MS = runs(120_000);

/** Without the ceiling, so that nothing but the command stands between the slip and what is stored. */
const OPTIONS = ["--namespace", "ours", "--prune", "--max-delete", "9", "--yes"];

function definition([namespace, name]: Id, form: Form): Members {
  const { metadata, sha512, url } = anAsset(name, { metadata: { labels: LABELS } }, namespace);
  // The URL last: a file that is cut off in it holds a definition that is valid.
  const spec = { sha512, url };
  return form === "bare YAML"
    ? { metadata, ...spec }
    : { type: "Asset", api_version: "core/v2", metadata, spec };
}

/** Block YAML, as people write it. */
function yaml(members: Members, indent = ""): string {
  return Object.entries(members)
    .map(([name, value]) =>
      typeof value === "object" && value !== null
        ? `${indent}${name}:\n${yaml(value as Members, `${indent}  `)}`
        : `${indent}${name}: ${value === SHA512 ? `"${SHA512}"` : String(value)}\n`,
    )
    .join("");
}

const document = (value: Members, form: Form) =>
  form === "JSON" ? `${JSON.stringify(value, null, 2)}\n` : `---\n${yaml(value)}`;
const documentsOf = ({ ids, form }: Meant) => ids.map((id) => document(definition(id, form), form));

const ending = ({ form }: Meant) => (form === "JSON" ? "json" : "yaml");
const inOne = (meant: Meant, documents: readonly string[]): Typed => ({
  files: { [`set.${ending(meant)}`]: documents.join("") },
  named: `set.${ending(meant)}`,
  options: OPTIONS,
});
const fileOf = (meant: Meant, [namespace, name]: Id) => `set/${namespace}/${name}.${ending(meant)}`;
const inFolder = (meant: Meant): Typed => ({
  files: Object.fromEntries(meant.ids.map((id, at) => [fileOf(meant, id), documentsOf(meant)[at] ?? ""])),
  named: "set",
  options: OPTIONS,
});

/** A word with a letter lost, doubled or in another case. */
const misspelt = (word: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat({ max: word.length - 1 }), fc.constantFrom("lost", "doubled", "case"))
    .map(([at, how]) => {
      const letter = word[at] ?? "";
      const wrong = { lost: "", doubled: letter + letter, case: letter.toUpperCase() }[how] ?? "";
      return word.slice(0, at) + wrong + word.slice(at + 1);
    })
    .filter((wrong) => wrong !== word);

const oneOf = ({ ids }: Meant): fc.Arbitrary<Id> => fc.constantFrom(...ids);

/** A slip in the text of one document of the set, in one file. */
const inText =
  (change: (text: string, meant: Meant) => fc.Arbitrary<string>) =>
  (meant: Meant): fc.Arbitrary<Typed> =>
    fc.nat({ max: meant.ids.length - 1 }).chain((at) => {
      const documents = documentsOf(meant);
      return change(documents[at] ?? "", meant).map((changed) => inOne(meant, documents.with(at, changed)));
    });

/** A slip in the members of one definition. */
const inMembers =
  (change: (value: Members, meant: Meant) => fc.Arbitrary<Members>) =>
  (meant: Meant): fc.Arbitrary<Typed> =>
    oneOf(meant).chain((id) =>
      change(definition(id, meant.form), meant).map((changed) =>
        inOne(
          meant,
          meant.ids.map((each) => document(each === id ? changed : definition(each, meant.form), meant.form)),
        ),
      ),
    );
const inMetadata = (change: (metadata: Members) => fc.Arbitrary<Members>) =>
  inMembers((value) => change(value["metadata"] as Members).map((metadata) => ({ ...value, metadata })));

const MEMBERS = /(?<=^|[\s"])(type|api_version|metadata|name|namespace|labels|spec|sha512|url)(?="?:)/g;

type Slip = readonly [meant: fc.Arbitrary<Meant>, slip: (meant: Meant) => fc.Arbitrary<Typed>];

const SLIPS: Readonly<Record<string, Slip>> = {
  "a member misspelt": [
    anyMeant,
    inText((text) =>
      fc
        .constantFrom(...text.matchAll(MEMBERS))
        .chain(({ index, 0: member }) =>
          misspelt(member).map((wrong) => text.slice(0, index) + wrong + text.slice(index + member.length)),
        ),
    ),
  ],
  "the namespace's member misspelt": [
    anyMeant,
    inMetadata(({ namespace, ...rest }) =>
      misspelt("namespace")
        // In another case it is the same member, as in Go.
        .filter((wrong) => wrong.toLowerCase() !== "namespace")
        .map((wrong) => ({ ...rest, [wrong]: namespace })),
    ),
  ],
  "a member of metadata at another level": [
    anyMeant,
    inMembers(({ metadata, ...rest }) =>
      fc.constantFrom("name", "namespace").map((member) => {
        const { [member]: moved, ...others } = metadata as Members;
        return { ...rest, metadata: others, [member]: moved };
      }),
    ),
  ],
  "a spec that is not one": [
    meantAs("wrapped YAML", "JSON"),
    inMembers(({ spec, ...rest }) =>
      fc.constantFrom({ ...rest, ...(spec as Members) }, { ...rest, spec: null }),
    ),
  ],
  "the type misspelt": [
    meantAs("wrapped YAML", "JSON"),
    inMembers((value) => misspelt("Asset").map((type) => ({ ...value, type }))),
  ],
  "another type": [
    meantAs("wrapped YAML", "JSON"),
    inMembers((value) =>
      fc
        .constantFrom("CheckConfig", "Check", "Handler", "asset/v1", "Plugin", "")
        .map((type) => ({ ...value, type })),
    ),
  ],
  "the case of a name": [
    anyMeant,
    inMetadata((metadata) =>
      misspelt(String(metadata["name"]))
        .filter((name) => name.toLowerCase() === metadata["name"])
        .map((name) => ({ ...metadata, name })),
    ),
  ],
  "the case of a namespace": [
    anyMeant,
    inMetadata((metadata) =>
      misspelt(String(metadata["namespace"])).map((namespace) => ({ ...metadata, namespace })),
    ),
  ],
  "a document emptied": [
    anyMeant,
    inText((_, { form }) =>
      form === "JSON"
        ? fc.constant("null\n")
        : fc.constantFrom("---\n", "---\n\n", "---\n~\n", "---\nnull\n"),
    ),
  ],
  "a document commented out": [
    inYaml,
    inText((text) => fc.constant(text.replaceAll(/^(?!---)/gm, "# ").replace(/# $/, ""))),
  ],
  "a separator lost": [inYaml, inText((text) => fc.constant(text.replace("---\n", "")))],
  "tabs for blanks": [inYaml, inText((text) => fc.constant(text.replaceAll("  ", "\t")))],
  "a byte order mark": [anyMeant, (meant) => fc.constant(inOne(meant, ["\ufeff", ...documentsOf(meant)]))],
  "line ends of Windows": [
    anyMeant,
    (meant) =>
      fc.constant(
        inOne(
          meant,
          documentsOf(meant).map((text) => text.replaceAll("\n", "\r\n")),
        ),
      ),
  ],
  "a file cut off within a document": [
    anyMeant,
    (meant) => {
      const documents = documentsOf(meant);
      // Between two documents a file is whole. In JSON a document also ends before its line does.
      const whole = documents.map((_, at) => documents.slice(0, at + 1).join("").length);
      const inLastLine = fc.tuple(fc.constantFrom(...whole), fc.integer({ min: 1, max: 20 }));
      return fc
        .oneof(
          fc.nat({ max: documents.join("").length - 1 }),
          inLastLine.map(([end, before]) => end - before),
        )
        .filter((end) => !whole.includes(end) && !(meant.form === "JSON" && whole.includes(end + 1)))
        .map((end) => inOne(meant, [documents.join("").slice(0, end)]));
    },
  ],
  "a file that is empty": [
    anyMeant,
    (meant) => fc.constantFrom("", " ", "\n\n", "# nothing\n").map((text) => inOne(meant, [text])),
  ],
  "one file of a folder that is empty": [
    anyMeant,
    (meant) =>
      fc.tuple(oneOf(meant), fc.constantFrom("", "\n", "---\n", "# nothing\n")).map(([id, text]) => {
        const typed = inFolder(meant);
        return { ...typed, files: { ...typed.files, [fileOf(meant, id)]: text } };
      }),
  ],
  "one file of a folder under another name": [
    anyMeant,
    (meant) =>
      fc
        .tuple(
          oneOf(meant),
          fc.constantFrom(".ymal", ".yml.bak", ".yaml.orig", ".yaml~", ".jsn", ".YAMLL", ".json.disabled"),
          fc.boolean(),
        )
        .map(([[namespace, name], wrong, isHidden]) => {
          const typed = inFolder(meant);
          const right = fileOf(meant, [namespace, name]);
          const { [right]: text = "", ...others } = typed.files;
          const renamed = isHidden ? `set/${namespace}/.${name}.yaml` : `set/${namespace}/${name}${wrong}`;
          return { ...typed, files: { ...others, [renamed]: text } };
        }),
  ],
  "a path misspelt": [anyMeant, (meant) => misspelt("set").map((named) => ({ ...inFolder(meant), named }))],
  "an option misspelt": [
    anyMeant,
    (meant) =>
      fc.constantFrom("--prune", "--max-delete", "--namespace", "--yes").chain((option) =>
        misspelt(option.slice(2)).map((wrong) => ({
          ...inFolder(meant),
          options: OPTIONS.map((each) => (each === option ? `--${wrong}` : each)),
        })),
      ),
  ],
  "a value of an option misspelt": [
    anyMeant,
    (meant) =>
      fc
        .oneof(
          misspelt("ci").map((name) => ["--managed-by", name]),
          misspelt("ci").map((name) => ["--label-selector", `"${MANAGED_BY}" == "${name}"`]),
          fc.constantFrom(
            ["--label-selector", "managed-by == ci"],
            ["--label-selector", "tier = a"],
            ["--label-selector", ""],
            ["--max-delete", "9x"],
            ["--max-delete", ""],
          ),
        )
        .map((more) => ({ ...inFolder(meant), options: [...OPTIONS, ...more] })),
  ],
};

/** Stores everything again that an earlier run may have deleted, as a prune is entitled to, or changed. */
async function restore(): Promise<void> {
  for (const namespace of ["ours", "theirs"] as const) {
    const set = STORED.filter(([each]) => each === namespace).map((id) => definition(id, "bare YAML"));
    const path = `/api/edge/v1/namespaces/${namespace}/apply`;
    expect((await worker.send("POST", path, { body: JSON.stringify(set) })).status).toBe(200);
  }
}

async function applyTyped({ files, named, options }: Typed): Promise<Ran> {
  const own = await mkdtemp(join(folder, "typed-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(own, name, ".."), { recursive: true });
    await writeFile(join(own, name), text);
  }
  const environment = { SENSU_API_URL: worker.url, SENSU_TOKEN: worker.token };
  return runHere(runAssets, ["apply", join(own, named), ...options], environment);
}

/** What is stored of `STORED`. */
async function left(): Promise<Id[]> {
  const found = new Set<string>();
  for (const namespace of ["ours", "theirs"]) {
    const list = await worker.send("GET", `/api/core/v2/namespaces/${namespace}/assets`);
    const assets = (await list.json()) as { metadata: { name: string } }[];
    for (const { metadata } of assets) found.add(`${namespace} ${metadata.name}`);
  }
  return STORED.filter(([namespace, name]) => found.has(`${namespace} ${name}`));
}

describe("a prune deletes nothing that the set as it was meant would keep, after", () => {
  it.each(Object.entries(SLIPS))(
    "%s",
    async (_, [meant, slip]) => {
      await fc.assert(
        fc.asyncProperty(
          meant.chain((each) => slip(each).map((typed) => [each, typed] as const)),
          async ([{ ids }, typed]) => {
            await restore();
            const { code, err } = await applyTyped(typed);
            expect([0, 1]).toContain(code);
            expect([err, await left()]).toEqual([err, expect.arrayContaining([...ids])]);
          },
        ),
        { numRuns: runs(6) },
      );
    },
    PATIENCE_MS,
  );
});

it(
  "documents that are lost whole, which no command can know of, cost at most the ceiling and never the last",
  async () => {
    await fc.assert(
      fc.asyncProperty(anyMeant, fc.nat(), async (meant, index) => {
        await restore();
        const documents = documentsOf(meant).toSpliced(index % meant.ids.length, 1);
        const typed = inOne(meant, documents);
        await applyTyped({ ...typed, options: ["--namespace", "ours", "--prune", "--yes"] });
        const there = await left();
        for (const namespace of ["ours", "theirs"]) {
          const of = (ids: readonly Id[]) => ids.filter(([each]) => each === namespace).length;
          expect(of(STORED) - of(there)).toBeLessThanOrEqual(3);
          expect(of(there)).toBeGreaterThan(0);
        }
      }),
      { numRuns: runs(6) },
    );
  },
  PATIENCE_MS,
);

it("a set without a slip deletes what is not in it", async () => {
  await restore();
  const meant: Meant = { ids: STORED.filter(([, name]) => name !== "zz" && name !== "d"), form: "JSON" };
  expect((await applyTyped(inFolder(meant))).code).toBe(0);
  expect(await left()).toEqual(meant.ids);
});
