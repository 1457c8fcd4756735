import { describe, expect, it } from "vitest";
import { lintAsset, type Finding, type LintableAsset, type LintRule } from "../../src/resolve/lint/linter.ts";

const DIGEST = "ab".repeat(64);

function build(...filters: string[]) {
  return { url: "https://assets.example/a.tgz", sha512: DIGEST, filters };
}

/** Findings in short: `rule where`. */
function found(asset: LintableAsset): string[] {
  return lintAsset(asset).map(({ rule, where }) => `${rule} ${where}`);
}

/** The rules a single filter breaks. */
function rules(filter: string): LintRule[] {
  return lintAsset(build(filter)).map(({ rule }) => rule);
}

function message(asset: LintableAsset, rule: LintRule): string {
  return lintAsset(asset).find((finding: Finding) => finding.rule === rule)?.message ?? "";
}

describe("an asset without mistakes", () => {
  it("has no findings", () => {
    const asset = {
      metadata: { name: "a", namespace: "default" },
      builds: [
        build("entity.system.os == 'linux'", "entity.system.arch == 'arm'", "entity.system.arm_version == 7"),
        build(
          "entity.system.os == 'linux'",
          "entity.system.arch == 'amd64'",
          "entity.system.platform_family == 'rhel'",
        ),
        build(
          "entity.system.os == 'linux' && parseInt(entity.system.platform_version.split('.')[0]) >= 9",
          "entity.system.platform == 'debian'",
        ),
        build("['windows', 'darwin'].indexOf(entity.system.os) >= 0", "/^web-/.test(entity.name)"),
        build(
          "entity.labels.zone == 'pci'",
          "entity.hasOwnProperty('user')",
          "entity.labels['my-own'] != null",
        ),
      ],
    };
    expect(found(asset)).toEqual([]);
    expect(found({ url: "{{ .labels.mirror }}/a.tgz", sha512: DIGEST, filters: null })).toEqual([]);
  });
});

describe("a filter", () => {
  it("that compares with an unreported value gets the reported ones", () => {
    const table = {
      "entity.system.arch == 'armv7'": "entity.system.arch == 'arm' and entity.system.arm_version == 7",
      "entity.system.platform == 'rhel'": "write 'redhat'",
      "'centos' === entity.system['platform_family']": "'rhel'",
      "entity.system.arch != 'x86_64'": "write 'amd64'",
      "entity.system.os == 'macOS'": "write 'darwin'",
      "entity.system.os == 'Linux'": "write 'linux'",
      "entity.system.arch == '$(uname -m)'": "use one of amd64, 386",
    };
    for (const [filter, advice] of Object.entries(table)) {
      expect(message(build(filter), "unreported-value")).toContain(advice);
    }
    expect(rules("entity.system.platform == 'xcp-ng'")).toEqual([]);
    expect(rules("entity.labels.arch == 'armv7'")).toEqual([]);
  });

  it("that assigns instead of comparing is found", () => {
    expect(rules("entity.system.os = 'linux'")).toContain("assignment");
    expect(rules("var os = entity.system.os; os == 'linux'")).toEqual([]);
  });

  it("that uses unknown names is found", () => {
    const table = {
      "System.OS == 'linux'": "write entity.system",
      "entity.System.OS == 'linux'": "write entity.system.os",
      "entity.system.OS == 'linux'": "write entity.system.os",
      "entity.system.platformVersion == '7'": "write entity.system.platform_version",
      "entity.metadata.name == 'a'": "write entity.name",
      "entity.class == 'agent'": "write entity.entity_class",
      "entity.system.os == linux": "write 'linux' in quotes",
      "entity.zone == 'a'": "entity.labels",
      "labels.zone == 'a'": "write entity.labels",
      "sensu.CheckDependencies('a')": "correct it",
    };
    for (const [filter, advice] of Object.entries(table)) {
      expect(message(build(filter), "unknown-name")).toContain(advice);
    }
    const known = [
      "typeof nope == 'undefined'",
      "try { entity.system.os == 'aix' } catch (e) { e }",
      "(function (a) { var b = a; return b + arguments.length })(1)",
      "if (true) { try { 1 } catch (inner) { inner } }",
      "with (entity.system) { os == 'linux' }",
      "isNaN(hour(entity.last_seen)) || Math.PI",
    ];
    for (const filter of known) expect([filter, rules(filter)]).toEqual([filter, []]);
  });

  it("that is not ES5 is found", () => {
    expect(rules("entity.system.os == ")).toEqual(["syntax"]);
    expect(rules("const a = 1")).toEqual(["es5"]);
    expect(rules("['a'].some(x => x)")).toEqual(["es5"]);
    expect(rules("entity.name.startsWith('web')")).toEqual(["es5"]);
    expect(message(build("entity.name.includes('web')"), "es5")).toContain("write .indexOf(x) >= 0");
    expect(message(build("return true"), "syntax")).toContain("Line 1:1 Illegal return statement");
  });

  it("that contains template braces is found", () => {
    expect(rules("entity.name == '{{ .name }}'")).toEqual(["template"]);
  });
});

describe("builds", () => {
  it("that no agent reaches are found, with the one before them", () => {
    const asset = {
      builds: [
        build("entity.system.os == 'linux'", "entity.system.arch == 'amd64'"),
        build(
          "entity.system.arch===\"amd64\"  &&  'linux' == entity.system.os",
          "entity.system.platform == 'alpine'",
        ),
        build("entity.system.arch == 'amd64'", "entity.system.os == 'linux'"),
        build("entity.system.os == 'windows'"),
      ],
    };
    expect(found(asset)).toEqual(["unreachable-build builds.1", "unreachable-build builds.2"]);
    expect(message(asset, "unreachable-build")).toContain("Move it before build 0");
    expect(found({ builds: [build(), build("entity.system.os == 'linux'")] })).toContain(
      "unreachable-build builds.1",
    );
  });

  it("that agents of 6.x and 7.x choose differently are found, with the machines", () => {
    const asset = {
      builds: [
        build("entity.system.os == 'linux'"),
        build("entity.system.os == 'linux'", "entity.system.platform == 'alpine'"),
        build("parseInt(entity.system.platform_version) == 2023", "entity.system.arch == 'amd64'"),
      ],
    };
    expect(found(asset).filter((finding) => finding.startsWith("rules-differ"))).toEqual([
      "rules-differ builds.2",
      "rules-differ builds.1",
    ]);
    expect(message(asset, "rules-differ")).toContain("On amazon-2023-amd64 agents of 6.x take build 0");
  });
});

describe("url, sha512 and headers", () => {
  it("are checked in every build, and at the top level only without builds", () => {
    const bad = {
      url: "http://assets.example/a.tgz",
      sha512: "AB".repeat(64),
      headers: { Cookie: "a=1, b=2", "X-Token": "{{ .labels.token }}" },
    };
    const members = [
      "plain-http url",
      "digest-case sha512",
      "header-comma headers.Cookie",
      "template headers.X-Token",
    ];
    expect(found(bad)).toEqual(members);
    expect(found({ ...bad, builds: [build()] })).toEqual([]);
    expect(found({ builds: [bad] })).toEqual(members.map((finding) => finding.replace(" ", " builds.0.")));
  });

  it("may hold tokens in the url only", () => {
    expect(found({ url: "https://a/{{ .labels.x }}", sha512: "{{ .labels.sha }}" })).toEqual([
      "template sha512",
    ]);
    expect(found({ url: "https://a/{{ if .x }}", sha512: DIGEST })).toEqual(["template url"]);
    expect(found({ url: "https://a/", sha512: DIGEST, headers: { a: "{{b}}" } })).toEqual([
      "template headers.a",
    ]);
  });
});

describe("every finding", () => {
  it("says what to do", () => {
    const asset = {
      builds: [
        {
          ...build(
            "entity.system.arch == 'armv7'",
            "System.OS == 'a'",
            "entity.system.os = 'b'",
            "let x",
            "'{{'",
          ),
          url: "http://a/{{x}}",
        },
        { ...build(), sha512: "A{{".repeat(50), headers: { a: "b,c{{d" } },
        { ...build("entity.system.os == 'linux'"), sha512: "A".repeat(128) },
        build("entity.name.endsWith('x')"),
      ],
    };
    const findings = lintAsset(asset);
    expect(new Set(findings.map(({ rule }) => rule)).size).toBeGreaterThan(8);
    for (const finding of findings)
      expect(finding.message).toMatch(
        /\b(?:[Ww]rite|[Mm]ove|[Rr]emove|[Uu]se|[Aa]dd|[Dd]o without|[Cc]orrect)\b/,
      );
  });
});

describe("an adversarial asset", () => {
  it("costs a bounded amount of work", () => {
    const endless = Array.from({ length: 50 }, (_, place) => `var i = ${place}; for (;;) i++`);
    const asset = { builds: Array.from({ length: 100 }, () => build(...endless)) };
    expect(lintAsset(asset).length).toBeGreaterThan(0);
    const deep = `${"(".repeat(990)}1${")".repeat(990)}`;
    expect(rules(deep)).toEqual(["syntax"]);
    expect(rules(`1${"+1".repeat(999)}`)).toEqual([]);
    expect(rules("a".repeat(5000))).toEqual(["budget"]);
  });
});
