import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allows,
  coversGrant,
  globMatches,
  parseGrant,
  printGrant,
  seesEveryName,
  type Grant,
  type Role,
} from "../../src/auth/grants.ts";
import { NameMatcher } from "../../src/auth/name-matcher.ts";
import { Meter } from "../../src/lib/meter.ts";
import { routes } from "../../src/routes.ts";
import type { Namespace } from "../../src/identity/names.ts";
import { namespaceNamed } from "../support/names.ts";

const ROLES: readonly Role[] = ["view", "edit", "admin"];

function grants(...texts: string[]): Grant[] {
  return texts.map((text) => {
    const grant = parseGrant(text);
    if (grant === null) throw new Error(text);
    return grant;
  });
}

describe("a grant", () => {
  it.each(["view@*", "edit@default", "admin@*", "edit@team-a/sensu/*", "view@a.b:c/x:*"])(
    "%s is read and printed",
    (text) => {
      expect(grants(text).map(printGrant)).toEqual([text]);
    },
  );

  it.each([
    "",
    "view",
    "view@",
    "@default",
    "owner@default",
    "view@a b",
    "view@default/",
    "VIEW@default",
    "view@*x",
    "toString@a",
  ])("%j is none", (text) => {
    expect(parseGrant(text)).toBeNull();
  });
});

describe("the decision", () => {
  it.each([
    ["view@default", "view", "default", "a", true],
    ["view@default", "view", "default", null, true],
    ["view@default", "view", "other", "a", false],
    ["view@default", "view", null, null, false],
    ["view@default", "edit", "default", "a", false],
    ["view@*", "view", null, null, true],
    ["view@*", "view", "anything", "a", true],
    ["edit@default", "view", "default", "a", true],
    ["edit@default", "edit", "default", "a", true],
    ["edit@default", "admin", "default", null, false],
    ["admin@default", "edit", "default", "a", true],
    ["admin@default", "admin", null, null, false],
    ["admin@*", "admin", null, null, true],
    ["edit@team/sensu/*", "edit", "team", "sensu/x", true],
    ["edit@team/sensu/*", "edit", "team", "other", false],
    ["edit@team/sensu/*", "view", "team", null, true],
    ["view@*/sensu/*", "view", null, null, true],
    ["admin@team/sensu/*", "admin", "team", null, false],
    ["admin@team/sensu/*", "edit", "team", "sensu/x", true],
  ] as const)("%s to %s at %s/%s is %s", (text, role, namespace, name, expected) => {
    expect(allows(grants(text), { role, namespace: scope(namespace), name })).toBe(expected);
  });

  it("lets exactly the roles at or above a route's own through, for every route", () => {
    for (const { access, path } of routes) {
      if (access === "public" || access === "authenticated" || access === "admin-anywhere") continue;
      const namespace = path.includes(":namespace") ? namespaceNamed("default") : null;
      const name = path.includes(":name+") ? "a" : null;
      const through = ROLES.filter((role) => allows(grants(`${role}@*`), { role: access, namespace, name }));
      expect([path, through]).toEqual([path, ROLES.slice(ROLES.indexOf(access))]);
    }
  });

  it("never allows more than the whole cluster's grant of the same role", () => {
    const part = fc.constantFrom("default", "team", "*");
    const name = fc.constantFrom("a", "sensu/x", null);
    const role = fc.constantFrom(...ROLES);
    fc.assert(
      fc.property(
        role,
        part,
        fc.constantFrom("", "/sensu/*", "/*", "/a"),
        role,
        part,
        name,
        (held, at, glob, needed, where, what) => {
          const need = { role: needed, namespace: scope(where === "*" ? null : where), name: what };
          const narrow = allows(grants(`${held}@${at}${glob}`), need);
          expect(narrow && !allows(grants(`${held}@*`), need)).toBe(false);
        },
      ),
    );
  });

  it("knows when a list needs no filter", () => {
    expect(seesEveryName(grants("view@default/a*"), namespaceNamed("default"))).toBe(false);
    expect(seesEveryName(grants("view@default/a*", "view@default"), namespaceNamed("default"))).toBe(true);
    expect(seesEveryName(grants("view@default"), null)).toBe(false);
  });
});

describe("a grant that is handed out", () => {
  const at = (part: string) => ROLES.map((role) => `${role}@${part}`);
  const namespaces = ["default", "team", "*"];
  const all = namespaces.flatMap((namespace) =>
    ["", "/a", "/ab", "/a*", "/*b", "/*"].flatMap((names) => at(`${namespace}${names}`)),
  );
  const needs = ROLES.flatMap((role) =>
    ["default", "team", null].flatMap((namespace) =>
      [null, "a", "ab", "b"].map((name) => ({ role, namespace: scope(namespace), name })),
    ),
  );

  it("allows nothing that its maker may not, for every pair of grants and every need", () => {
    const leaks = all.flatMap((held) =>
      all
        .filter((asked) => coversGrant(grants(held), parsed(asked)))
        .filter((asked) => needs.some((need) => allows(grants(asked), need) && !allows(grants(held), need)))
        .map((asked) => `${held} hands out ${asked}`),
    );
    expect(leaks).toEqual([]);
  });

  it.each([
    ["admin@*", "view@team"],
    ["admin@team", "edit@team/a*"],
    ["edit@*", "edit@default"],
    ["edit@default/a*", "view@default/ab*"],
    ["edit@default/a*", "edit@default/a"],
  ])("of a holder of %s may be %s", (held, asked) => {
    expect(coversGrant(grants(held), parsed(asked))).toBe(true);
  });

  it("is covered by one grant: the role of one and the namespace of another are not enough", () => {
    expect(coversGrant(grants("admin@default", "view@team"), parsed("admin@team"))).toBe(false);
  });

  it("is never admin of some names, which would come to administer the namespace if that rule were relaxed", () => {
    expect(coversGrant(grants("admin@team/a*"), parsed("admin@team/a*"))).toBe(false);
    expect(coversGrant(grants("admin@team"), parsed("admin@team/a*"))).toBe(true);
  });

  function parsed(text: string): Grant {
    const [grant] = grants(text);
    if (grant === undefined) throw new Error(text);
    return grant;
  }
});

describe("a matcher of many names", () => {
  it("answers as the grants do, whatever its budget", () => {
    const glob = fc.stringMatching(/^[ab*]{1,6}$/);
    const names = fc.array(fc.option(glob), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        names,
        fc.constantFrom(...ROLES),
        fc.constantFrom(...ROLES),
        fc.stringMatching(/^[ab]{1,6}$/),
        (globs, held, role, name) => {
          const all = globs.flatMap((each) => grants(`${held}@default${each === null ? "" : `/${each}`}`));
          const need = { role, namespace: namespaceNamed("default"), name };
          expect(new NameMatcher(all, new Meter(0)).allows(need)).toBe(allows(all, need));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("weighs every grant that it looks at, also those without a glob", () => {
    const meter = new Meter(399);
    const matcher = new NameMatcher(Array<Grant[]>(50).fill(grants("view@other")).flat(), meter);
    matcher.allows({ role: "view", namespace: namespaceNamed("default"), name: "a" });
    expect(meter.isSpent).toBe(true);
  });

  it("weighs the places where a part may stand", () => {
    const meter = new Meter(1_000);
    const matcher = new NameMatcher(grants("view@default/*aaaab*"), meter);
    matcher.allows({ role: "view", namespace: namespaceNamed("default"), name: "a".repeat(255) });
    expect(meter.isSpent).toBe(true);
  });
});

describe("a glob", () => {
  it("matches as the regular expression it stands for does", () => {
    const text = fc.stringMatching(/^[ab/*]{0,8}$/);
    fc.assert(
      fc.property(text, text, (glob, name) => {
        const expression = new RegExp(
          `^${glob
            .split("*")
            .map((part) => part.replaceAll("/", "\\/"))
            .join(".*")}$`,
        );
        expect(globMatches(glob, name)).toBe(expression.test(name));
      }),
      { numRuns: 1_000 },
    );
  });

  it("matches as the regular expression does, for every short glob and name", () => {
    const texts = (alphabet: string, length: number): string[] =>
      length === 0
        ? [""]
        : texts(alphabet, length - 1).flatMap((text) => [
            text,
            ...alphabet.split("").map((each) => text + each),
          ]);
    const names = [...new Set(texts("ab", 4))];
    const wrong = [...new Set(texts("ab*", 5))].flatMap((glob) => {
      const expression = new RegExp(`^${glob.replaceAll("*", ".*")}$`);
      return names
        .filter((name) => globMatches(glob, name) !== expression.test(name))
        .map((name) => `${glob} ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it("costs bounded time whatever the pattern", () => {
    expect(globMatches(`${"*a".repeat(120)}b`, "a".repeat(255))).toBe(false);
  });
});

/** The namespace of a need; null for the whole cluster. */
function scope(text: string | null): Namespace | null {
  return text === null ? null : namespaceNamed(text);
}
