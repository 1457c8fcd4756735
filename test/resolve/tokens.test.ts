import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { substituteBuild } from "../../src/resolve/substitute-build.ts";
import { substituteTokens } from "../../src/resolve/tokens.ts";

const FACTS = {
  name: "web-1",
  labels: { asset_url: "https://mirror.example/a", empty: "", "x-y": "dashed" },
  annotations: null,
  subscriptions: ["linux", "web"],
  system: { os: "linux", arch: "arm", arm_version: 7 },
  deregister: false,
};

function text(template: string): string {
  const result = substituteTokens(template, FACTS);
  return "text" in result
    ? result.text
    : result.problems.map(({ kind, token }) => `${kind} ${token}`).join("; ");
}

describe("tokens", () => {
  it("are replaced from the facts (T288, T291)", () => {
    const table = {
      "{{ .labels.asset_url }}/asset.tar.gz": "https://mirror.example/a/asset.tar.gz",
      "{{.name}}-{{ .system.os }}_{{ .system.arch }}v{{ .system.arm_version }}": "web-1-linux_armv7",
      '{{ index .labels "x-y" }}': "dashed",
      "{{ index .subscriptions 1 }}": "web",
      "{{ .deregister }}": "false",
      "[{{ .labels.empty }}]": "[]",
      '{{ "hello" }} {{ `raw` }} {{ 5 }}': "hello raw 5",
      "a  {{- .name -}}  b": "aweb-1b",
      "no token { } }}": "no token { } }}",
      '{{ "}}" }}': "}}",
    };
    expect(Object.fromEntries(Object.keys(table).map((one) => [one, text(one)]))).toEqual(table);
  });

  it("use their default where the facts hold nothing (T291, T292)", () => {
    const table = {
      '{{ .labels.nope | default "bar" }}': "bar",
      '{{ .name | default "bar" }}': "web-1",
      "{{ .check.foo | default 1 }}": "1",
      '{{ index .labels "nope" | default "bar" }}': "bar",
      '{{ default "bar" .labels.nope }}': "bar",
      '{{ .annotations | default "none" }}': "none",
      '{{ .labels.empty | default "bar" }}': "",
      '{{ .a | default .b | default "c" }}': "c",
    };
    expect(Object.fromEntries(Object.keys(table).map((one) => [one, text(one)]))).toEqual(table);
  });

  it("are reported where the facts hold nothing (T290, T294, T295)", () => {
    const table = {
      "{{ .labels.missing }}": "missing .labels.missing",
      "{{ .a }}/{{ .name }}/{{ .b.c }}": "missing .a; missing .b.c",
      '{{ index .labels "bar" }}': 'missing index .labels "bar"',
      "{{ .annotations }}": "missing .annotations",
      "{{ .labels.constructor }}": "missing .labels.constructor",
      "{{ .System.Hostname }}": "missing .System.Hostname",
    };
    expect(Object.fromEntries(Object.keys(table).map((one) => [one, text(one)]))).toEqual(table);
  });

  it("that are template programs are unsupported (T293)", () => {
    const table = {
      "{{nil}}": "unsupported nil",
      "{{ . }}": "unsupported .",
      "{{ .labels }}": "unsupported .labels",
      "{{ if .name }}x{{ end }}": "unsupported if .name; unsupported end",
      "{{ range .subscriptions }}": "unsupported range .subscriptions",
      '{{ printf "%s" .name }}': 'unsupported printf "%s" .name',
      "{{ $x := 1 }}": "unsupported $x := 1",
      "{{ .name | upper }}": "unsupported .name | upper",
      '{{ .name | default \\"bar\\" }}': 'unsupported .name | default \\"bar\\"',
      "{{ .labels.x-y }}": "unsupported .labels.x-y",
      "{{ (index .labels 0) }}": "unsupported (index .labels 0)",
      "{{}}": "unsupported ",
      "a {{ .name": "unsupported .name",
    };
    expect(Object.fromEntries(Object.keys(table).map((one) => [one, text(one)]))).toEqual(table);
  });

  it("leave a text without braces unchanged, and any text terminates", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (plain) => {
        fc.pre(!plain.includes("{{"));
        expect(substituteTokens(plain, FACTS)).toEqual({ text: plain });
      }),
    );
    const piece = fc.constantFrom(
      "{{",
      "}}",
      " ",
      "-",
      ".a",
      ".name",
      '"',
      "`",
      "|",
      "default",
      "index",
      "\\",
      "1",
      "{",
      "x",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const result = substituteTokens(pieces.join(""), FACTS);
        expect("text" in result ? result.text : result.problems).toHaveProperty("length");
      }),
    );
  });
});

describe("a build's tokens", () => {
  it("are those of its url, its header values and its filters, never of its digest (T289)", () => {
    const build = {
      url: "{{ .labels.asset_url }}/{{ .system.os }}.tgz",
      sha512: "{{ .labels.sha }}",
      headers: { "X-Name": "{{ .name }}", "X-{{ .name }}": "plain" },
      filters: ["entity.system.os == 'linux'"],
    };
    expect(substituteBuild(build, FACTS)).toEqual({
      url: "https://mirror.example/a/linux.tgz",
      headers: { "X-Name": "web-1", "X-{{ .name }}": "plain" },
      problems: [],
    });
  });

  it("are reported with their place when they fail", () => {
    const build = { url: "{{ .nope }}", headers: { a: "{{ .b }}" }, filters: ["x", "entity == '{{ .c }}'"] };
    const { url, problems } = substituteBuild(build, FACTS);
    expect(url).toBe("{{ .nope }}");
    expect(problems.map(({ where, token }) => [where, token])).toEqual([
      ["headers.a", ".b"],
      ["filters.1", ".c"],
      ["url", ".nope"],
    ]);
    expect(substituteBuild({}, FACTS)).toEqual({ url: "", headers: null, problems: [] });
  });
});
