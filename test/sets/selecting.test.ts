import { expect, it } from "vitest";
import type { AssetName } from "../../src/identity/names.ts";
import { namesToDelete } from "../../src/sets/prune.ts";
import { assetNamed, namespaceNamed } from "../support/names.ts";

it("a prune with a selector looks at every definition, however many fit one read, and skips those deleted meanwhile", async () => {
  const names = Array.from({ length: 25 }, (_, index) => assetNamed(`a${String(index).padStart(2, "0")}`));
  const gone = new Set([names[0], names[7], names[24]]);
  const looked: AssetName[] = [];
  const doomed = await namesToDelete(
    {
      names: async (_, after, limit) => names.filter((name) => name > after).slice(0, limit),
      definitions: async (_, wanted) =>
        new Map(
          wanted
            .filter((name) => !gone.has(name))
            .slice(0, 4)
            .map((name) => [name, "{}"]),
        ),
    },
    {
      namespace: namespaceNamed("default"),
      keep: new Set<AssetName>(),
      mayDelete: () => true,
      selects: ({ name }) => looked.push(assetNamed(name)) % 11 === 0,
      maxDelete: null,
    },
  );
  expect(looked).toEqual(names.filter((name) => !gone.has(name)));
  expect(doomed).toHaveLength(2);
});
