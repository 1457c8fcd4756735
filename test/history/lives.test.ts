import { expect, it } from "vitest";
import { parseGrant, type Grant } from "../../src/auth/grants.ts";
import { grantsEverywhere, namespacesOfOneLife, readableLives } from "../../src/history/lives.ts";
import { namespaceNamed } from "../support/names.ts";

const team = namespaceNamed("team");

function grants(...texts: string[]): Grant[] {
  return texts.flatMap((text) => parseGrant(text) ?? []);
}

it("only grants for every namespace open former lives", () => {
  expect(grantsEverywhere(grants("view@team", "edit@*/a*"))).toEqual(grants("edit@*/a*"));
});

it.each([
  [["view@*"], "view", "all"],
  [["view@team"], "view", "present"],
  [["view@*", "edit@team"], "edit", "present"],
  [["admin@*"], "edit", "all"],
] as const)("%j reads in the role %s these lives: %s", (texts, role, lives) => {
  expect(readableLives(grants(...texts), { role, namespace: team, name: null })).toBe(lives);
});

it.each<[string[], string | null, string[]]>([
  [["view@team"], null, ["team"]],
  [["view@team", "edit@other/a*"], null, ["team", "other"]],
  [["view@team", "edit@other/a*"], "other", ["other"]],
  [["view@*"], null, []],
  [["view@*", "edit@team"], null, ["team"]],
  [["admin@*", "edit@team", "view@other/a*"], null, []],
])("%j within %s has no former life of %j", (texts, scope, names) => {
  expect(namespacesOfOneLife(grants(...texts), scope === null ? null : namespaceNamed(scope))).toEqual(names);
});
