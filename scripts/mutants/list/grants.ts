import { mutantsOf, type Edit, type Mutant } from "../mutant.ts";

const GRANTS: readonly Edit[] = [
  {
    means: "a maker of keys can hand out a higher role than it holds",
    find: "RANK[one.role] >= RANK[grant.role] &&",
    replace: "",
    missedBefore: true,
  },
  {
    means: "a maker of keys can hand out grants for any namespace",
    find: '(one.namespace === "*" || one.namespace === grant.namespace) &&',
    replace: "",
  },
  {
    means: "a maker who holds some names can hand out all names",
    find: '(grant.names !== null && grant.role !== "admin" && globMatches(one.names, grant.names))',
    replace: "(grant.names === null || globMatches(one.names, grant.names))",
  },
  {
    means: "a maker can hand out a wider glob than its own",
    find: "globMatches(one.names, grant.names)))",
    replace: "globMatches(grant.names, one.names)))",
  },
  {
    means: "an admin of some names can hand out admin of some names, which administers nothing",
    find: 'grant.role !== "admin" && globMatches',
    replace: "globMatches",
  },
  {
    means: "every grant has to allow a request, not one of them",
    find: "return grants.some((grant) => covers(grant, need));",
    replace: "return grants.every((grant) => covers(grant, need));",
  },
  {
    means: "a list by a grant for some names is not filtered",
    find: "grants.some((grant) => grant.names === null && reaches(grant, namespace))",
    replace: "grants.some((grant) => reaches(grant, namespace))",
  },
  {
    means: "a list of a namespace is not filtered when another namespace is granted whole",
    find: "grants.some((grant) => grant.names === null && reaches(grant, namespace))",
    replace: "grants.some((grant) => grant.names === null)",
  },
  {
    means: "a grant for some names allows every name",
    find: "return grant.names === null || need.name === null || globMatches(grant.names, need.name);",
    replace: "return true;",
  },
  {
    means: "a grant for some names does not allow a list of what it covers",
    find: "need.name === null || globMatches(grant.names, need.name)",
    replace: "(need.name !== null && globMatches(grant.names, need.name))",
  },
  {
    means: "any role allows what a higher one is needed for",
    find: "RANK[grant.role] < RANK[need.role] || ",
    replace: "",
  },
  {
    means: "a grant of one namespace allows every namespace",
    find: " || !reaches(grant, need.namespace)) return false;",
    replace: ") return false;",
  },
  {
    means: "an admin of some names administers the namespace",
    find: 'return grant.names === null || need.role !== "admin";',
    replace: "return true;",
  },
  {
    means: "a grant of one namespace reaches the whole cluster",
    find: 'return grant.namespace === "*" || grant.namespace === namespace;',
    replace: 'return namespace === null || grant.namespace === "*" || grant.namespace === namespace;',
  },
  {
    means: "an editor is an admin",
    find: "edit: 1, admin: 2",
    replace: "edit: 2, admin: 2",
  },
  {
    means: "members of every object are roles",
    find: "Object.hasOwn(RANK, text)",
    replace: "text in RANK",
  },
  {
    means: "a text that goes on after a grant is one",
    find: "{1,255}))?$/;",
    replace: "{1,255}))?/;",
  },
  {
    means: "globs of handed-out grants may have one star more",
    find: "starsOf(names) > MAX_STARS;",
    replace: "starsOf(names) > MAX_STARS + 1;",
    tests: ["test/auth/access-tokens.test.ts"],
  },
];

const GLOB: readonly Edit[] = [
  {
    means: "a glob without a star matches what begins with it",
    find: "return head === text;",
    replace: "return text.startsWith(head);",
  },
  {
    means: "what stands before and after a star may overlap",
    find: "end < head.length || ",
    replace: "",
  },
  {
    means: "a glob matches whatever the text ends with",
    find: " || !text.endsWith(tail)) return false;",
    replace: ") return false;",
  },
  {
    means: "a glob matches whatever the text begins with",
    find: "!text.startsWith(head) || ",
    replace: "",
  },
  {
    means: "a part between stars may overlap what stands after the last",
    find: " || found + part.length > end",
    replace: "",
  },
  {
    means: "two parts between stars may overlap",
    find: "at = found + part.length;",
    replace: "at = found;",
  },
  {
    means: "parts between stars may stand in any order",
    find: "text.indexOf(part, at)",
    replace: "text.indexOf(part)",
  },
  {
    means: "looking for a part costs the same however long it takes",
    find: "((found === -1 ? text.length : found) - at) * ",
    replace: "",
  },
  {
    means: "stars in a row are counted as many",
    find: "text.match(/\\*+/g)",
    replace: "text.match(/\\*/g)",
    tests: ["test/keys/service.test.ts"],
  },
];

const RANGES: readonly Edit[] = [
  {
    means: "grants of other namespaces widen what a list reads",
    find: "    .filter((grant) => reaches(grant, namespace))\n",
    replace: "",
  },
  {
    means: "of two overlapping ranges of names the shorter is listed",
    find: "return a > b ? a : b;",
    replace: "return a > b ? b : a;",
  },
  {
    means: "a range without an end that meets another ends with it",
    find: "if (a === null || b === null) return null;",
    replace: "if (a === null) return b;\n  if (b === null) return a;",
  },
  {
    means: "ranges that touch are read as two",
    find: "last.before < range.from)",
    replace: "last.before <= range.from)",
    survives: "A range ends with a character that no name has, so none begins where another ends.",
  },
  {
    means: "the one name of a grant without a star is not listed",
    find: "before: glob + BEFORE_ALL",
    replace: "before: glob",
  },
  {
    means: "names late in the alphabet are not listed",
    find: "before: prefix + AFTER_ALL",
    replace: 'before: prefix + "z"',
  },
  {
    means: "ranges are merged in the wrong order",
    find: "(a.from < b.from ? -1 : 1)",
    replace: "(a.from < b.from ? 1 : -1)",
  },
];

const MATCHER: readonly Edit[] = [
  {
    means: "a list shows names by grants of other roles and namespaces",
    find: "coversCollection(grant, need) && (glob === null",
    replace: "(glob === null",
  },
  {
    means: "a list by a grant for some names shows every name",
    find: " && (glob === null || matchesGlob(glob, need.name, this.#meter))",
    replace: "",
  },
  {
    means: "matching names with grants costs nothing of the budget where they have no glob",
    find: "      this.#meter.spend(GRANT_STEPS);\n",
    replace: "",
  },
];

const LIVES: readonly Edit[] = [
  {
    means: "a grant of one namespace opens the former lives of its name",
    find: 'return grants.filter(({ namespace }) => namespace === "*");',
    replace: "return grants;",
  },
  {
    means: "an admin of everything who also holds one namespace does not see its former lives",
    find: 'grant.namespace !== "*" && !coversGrant(everywhere, grant)',
    replace: 'grant.namespace !== "*"',
  },
];

const PURE = ["test/auth/grants.test.ts", "test/auth/api-keys.test.ts"];

/** Who may do what. */
export const grants: readonly Mutant[] = [
  ...mutantsOf("grants", "src/auth/grants.ts", PURE, GRANTS),
  ...mutantsOf("grants", "src/lib/glob.ts", ["test/auth/grants.test.ts"], GLOB),
  ...mutantsOf("grants", "src/auth/name-ranges.ts", ["test/auth/name-ranges.test.ts"], RANGES),
  ...mutantsOf("grants", "src/auth/name-matcher.ts", PURE, MATCHER),
  ...mutantsOf("grants", "src/history/lives.ts", ["test/history/lives.test.ts"], LIVES),
];
