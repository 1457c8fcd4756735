import fc from "fast-check";
import { expect, it } from "vitest";
import { isApiKey, makeApiKey } from "../../src/auth/api-keys.ts";
import { coversGrant, globMatches, parseGrant } from "../../src/auth/grants.ts";

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

it("a key that was made is one, and with any character changed it is none", () => {
  fc.assert(
    fc.property(bytes, fc.nat(52), fc.constantFrom("0", "Z", "z", "_"), (random, at, other) => {
      const key = makeApiKey(random);
      expect(isApiKey(key)).toBe(true);
      const changed = key.slice(0, at) + other + key.slice(at + 1);
      expect(isApiKey(changed)).toBe(changed === key);
    }),
  );
});

it("a grant that is covered allows nothing that its holder may not", () => {
  const glob = fc.stringMatching(/^[ab*]{1,5}$/);
  const name = fc.stringMatching(/^[ab]{1,6}$/);
  fc.assert(
    fc.property(glob, glob, name, (held, asked, asset) => {
      const holder = parseGrant(`edit@default/${held}`);
      const grant = parseGrant(`edit@default/${asked}`);
      if (holder === null || grant === null) throw new Error("no grant");
      const leak = coversGrant([holder], grant) && globMatches(asked, asset) && !globMatches(held, asset);
      expect(leak).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});
