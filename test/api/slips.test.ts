import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anAsset, OTHER_SHA512 } from "../support/fixtures.ts";
import { runs } from "../support/nightly.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const EDGE = "/api/edge/v1/namespaces/default";
const token = await tokenFor(["edit@default"]);
const NAMES = ["a", "b", "c", "d", "e", "f"];
const OURS = { managed_by: "ours" };

/** A namespace, and the request that somebody means to send. */
interface Meant {
  readonly stored: readonly { readonly name: string; readonly isOurs: boolean }[];
  readonly set: readonly string[];
  readonly isWrapped: boolean;
  readonly query: readonly (readonly [name: string, value: string])[];
}

interface Sent {
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

const meant: fc.Arbitrary<Meant> = fc
  .record({
    stored: fc
      .subarray(NAMES, { minLength: 2 })
      .chain((names) =>
        fc
          .array(fc.boolean(), { minLength: names.length, maxLength: names.length })
          .map((ours) => names.map((name, index) => ({ name, isOurs: ours[index] ?? false }))),
      ),
    set: fc.subarray(NAMES, { minLength: 1 }),
    isWrapped: fc.boolean(),
    selects: fc.boolean(),
    maxDelete: fc.option(fc.nat({ max: 6 }), { nil: null }),
  })
  .map(({ selects, maxDelete, ...rest }) => ({
    ...rest,
    query: [
      ["prune", "true"] as const,
      ...(selects ? [["labelSelector", "managed_by == ours"] as const] : []),
      ...(maxDelete === null ? [] : [["max_delete", String(maxDelete)] as const]),
    ],
  }));

function definition(name: string, isWrapped: boolean): object {
  const asset = anAsset(name, { sha512: OTHER_SHA512, metadata: { labels: OURS } });
  const { metadata, ...spec } = asset;
  return isWrapped ? { type: "Asset", api_version: "core/v2", metadata, spec } : asset;
}

const bodyOf = ({ set, isWrapped }: Meant) => JSON.stringify(set.map((name) => definition(name, isWrapped)));

/** The word with a letter left out, doubled, or in another case. */
const misspelt = (word: string): fc.Arbitrary<string> =>
  fc.tuple(fc.nat({ max: word.length - 1 }), fc.constantFrom("lost", "doubled", "case")).map(([at, how]) => {
    const letter = word[at] ?? "";
    const made = how === "lost" ? "" : how === "doubled" ? letter + letter : letter.toUpperCase();
    return word.slice(0, at) + made + word.slice(at + 1);
  });

const MEMBERS = [
  "type",
  "api_version",
  "metadata",
  "spec",
  "name",
  "namespace",
  "labels",
  "url",
  "sha512",
  "managed_by",
];

/** Everything that may go wrong once on the way from what was meant to what is sent. */
const SLIPS: Readonly<Record<string, (meant: Meant) => fc.Arbitrary<Sent>>> = {
  "a member misspelt": ({ query, ...rest }) =>
    fc.constantFrom(...MEMBERS).chain((member) =>
      misspelt(member).map((wrong) => {
        const body = bodyOf({ query, ...rest });
        const places = body.split(`"${member}":`);
        const at = places.length > 1 ? places.length - 1 : 0;
        return {
          query,
          body: places.slice(0, at).join(`"${member}":`) + (at === 0 ? body : `"${wrong}":${places[at]}`),
        };
      }),
    ),
  "a file cut off": ({ query, ...rest }) => {
    const body = bodyOf({ query, ...rest });
    return fc.nat({ max: body.length - 1 }).map((end) => ({ query, body: body.slice(0, end) }));
  },
  "documents that follow one another": ({ query, set, isWrapped }) =>
    fc.constantFrom(null, 2).map((indent) => ({
      query,
      body: set
        .map((name) => JSON.stringify(definition(name, isWrapped), null, indent ?? undefined))
        .join("\n"),
    })),
  "a document that is null": ({ query, set, isWrapped }) =>
    fc.nat({ max: set.length - 1 }).map((lost) => ({
      query,
      body: JSON.stringify(set.map((name, index) => (index === lost ? null : definition(name, isWrapped)))),
    })),
  "a file that is empty": ({ query }) =>
    fc.constantFrom("", " ", "\n\n", "null", "{}").map((body) => ({ query, body })),
  "a parameter misspelt": ({ query, ...rest }) =>
    fc.nat({ max: query.length - 1 }).chain((at) =>
      misspelt(query[at]?.[0] ?? "").map((wrong) => ({
        query: query.map(([name, value], index) => [index === at ? wrong : name, value] as const),
        body: bodyOf({ query, ...rest }),
      })),
    ),
  "a value misspelt, empty or repeated": ({ query, ...rest }) =>
    fc.nat({ max: query.length - 1 }).chain((at) => {
      const [name = "", value = ""] = query[at] ?? [];
      const others = query.filter((_, index) => index !== at);
      const wrong = fc.oneof(
        fc.constant(""),
        misspelt(value).filter((text) => !/^\d+$/.test(text)),
      );
      return fc
        .oneof(
          wrong.map((text) => [...others, [name, text] as const]),
          wrong.map((text) => [...query, [name, text] as const]),
        )
        .map((slipped) => ({ query: slipped, body: bodyOf({ query, ...rest }) }));
    }),
  "the case of a type": ({ query, set }) =>
    fc.constantFrom("asset", "ASSET", "Assets", "aSSET").map((type) => ({
      query,
      body: JSON.stringify(set.map((name) => ({ ...definition(name, true), type }))),
    })),
  "the case of a name": ({ query, set, isWrapped }) =>
    fc.nat({ max: set.length - 1 }).map((at) => ({
      query,
      body: JSON.stringify(
        set.map((name, index) => definition(index === at ? name.toUpperCase() : name, isWrapped)),
      ),
    })),
};

async function namesStored(): Promise<readonly string[]> {
  const list = await (await api("GET", ASSETS, { token })).json<{ metadata: { name: string } }[]>();
  return list.map(({ metadata }) => metadata.name);
}

/** What is stored and what the request that was meant would keep, whether it is refused or not. */
function keptBy({ stored, set, query }: Meant): string[] {
  const selects = query.some(([name]) => name === "labelSelector");
  return stored
    .filter(({ name, isOurs }) => set.includes(name) || (selects && !isOurs))
    .map(({ name }) => name);
}

async function store({ stored }: Meant): Promise<void> {
  await freshStorage();
  const body = stored.map(({ name, isOurs }) => anAsset(name, isOurs ? { metadata: { labels: OURS } } : {}));
  expect((await api("POST", `${EDGE}/apply`, { token, body })).status).toBe(200);
}

async function apply({ query, body }: Sent): Promise<number> {
  const search = new URLSearchParams(query.map(([name, value]) => [name, value]));
  const answer = await api("POST", `${EDGE}/apply?${search.toString()}`, { token, body });
  return answer.status;
}

describe("nothing is deleted that the set as it was meant would keep, after", () => {
  it.each(Object.entries(SLIPS))(
    "%s",
    async (_, slip) => {
      await fc.assert(
        fc.asyncProperty(
          meant.chain((each) => slip(each).map((sent) => [each, sent] as const)),
          async ([each, sent]) => {
            await store(each);
            const status = await apply(sent);
            expect([sent, await namesStored()]).toEqual([sent, expect.arrayContaining(keptBy(each))]);
            expect([sent, [200, 400]]).toEqual([sent, expect.arrayContaining([status])]);
          },
        ),
        { numRuns: runs(10) },
      );
    },
    60_000,
  );

  it("a document lost whole, which no server can know of: more than the ceiling, or the last", async () => {
    const lost = meant.filter(
      ({ set, query }) => set.length > 1 && query.every(([name]) => name !== "max_delete"),
    );
    await fc.assert(
      fc.asyncProperty(lost, fc.nat(), async (each, index) => {
        await store(each);
        const set = each.set.toSpliced(index % each.set.length, 1);
        await apply({ query: each.query, body: bodyOf({ ...each, set }) });
        const left = await namesStored();
        const deleted = each.stored.filter(({ name }) => !left.includes(name));
        expect(deleted.length).toBeLessThanOrEqual(3);
        expect(deleted.length).toBeLessThan(each.stored.length);
      }),
      { numRuns: runs(10) },
    );
  }, 60_000);
});
