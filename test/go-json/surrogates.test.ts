import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeAsset } from "../../src/definitions/decode.ts";
import { encodeAsset } from "../../src/definitions/encode.ts";
import { parseBody } from "../../src/http/body.ts";
import { mendSurrogates, quoteJson, sortedEntries } from "../../src/go-json/json.ts";
import { SHA512 } from "../support/fixtures.ts";
import { runs } from "../support/nightly.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const editor = await tokenFor(["edit@default"]);
const utf8 = new TextEncoder();

/** Few characters and escapes, so that keys which are the same once decoded come up often. */
const piece = fc.constantFrom(
  "\\ud800",
  "\\uD83D",
  "\\uDBFF",
  "\\udc00",
  "\\ude00",
  "\\uDFFF",
  "\\ufffd",
  "\ufffd",
  "\\uFFFD",
  "\u{1F600}",
  "a",
  "\\u0061",
  "\\\\",
  "\\\\ud800",
  '\\"',
  "\\n",
  "ud800",
  "",
);
const string = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
const members = fc.array(fc.tuple(string, string), { maxLength: 8 });

/** The members as Go's map has them: each text decoded on its own, the last of equal keys. */
function decoded(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const text = (json: string): string => (JSON.parse(`"${json}"`) as string).toWellFormed();
  return Object.fromEntries(pairs.map(([key, value]) => [text(key), text(value)]));
}

function objectOf(pairs: readonly (readonly [string, string])[]): string {
  return `{${pairs.map(([key, value]) => `"${key}":"${value}"`).join(",")}}`;
}

function encoded(map: Record<string, string>): string {
  const entries = sortedEntries(map).map(([key, value]) => `${quoteJson(key)}:${quoteJson(value)}`);
  return entries.length === 0 ? "null" : `{${entries.join(",")}}`;
}

describe("escapes of lone surrogates", () => {
  it.each([
    ['"\\ud800"', '"\\ufffd"'],
    ['"\\uDC00\\uD83D\\uDE00"', '"\\ufffd\\uD83D\\uDE00"'],
    ['"\\ud83d\\ud83d\\ude00"', '"\\ufffd\\ud83d\\ude00"'],
    ['"\\ud83dx\\ude00"', '"\\ufffdx\\ufffd"'],
    ['"\\\\ud800"', '"\\\\ud800"'],
    ['"\\\\\\ud800"', '"\\\\\\ufffd"'],
    ['"\\ud7ff\\ue000"', '"\\ud7ff\\ue000"'],
  ])("in %s are decoded as in %s", (text, mended) => {
    expect(mendSurrogates(text)).toBe(mended);
  });

  it("in values each become U+FFFD, as in Go", () => {
    fc.assert(
      fc.property(string, (text) => {
        const value = JSON.parse(mendSurrogates(`"${text}"`)) as string;
        expect(value).toBe((JSON.parse(`"${text}"`) as string).toWellFormed());
      }),
      { numRuns: runs(2_000) },
    );
  });

  it("in keys make keys equal, of which the last counts, wherever a map stands", () => {
    fc.assert(
      fc.property(members, members, members, (headers, labels, annotations) => {
        const body =
          `{"headers":${objectOf(headers)},"builds":[{"headers":${objectOf(headers)}}],` +
          `"metadata":{"labels":${objectOf(labels)},"annotations":${objectOf(annotations)}}}`;
        const definition = encodeAsset(decodeAsset(parseBody(utf8.encode(body))), "as-written");
        const maps = [
          ["labels", decoded(labels)],
          ["annotations", decoded(annotations)],
        ] as const;
        const metadata = maps
          .filter(([, map]) => Object.keys(map).length > 0)
          .map(([name, map]) => `"${name}":${encoded(map)}`);
        const fetched = encoded(decoded(headers));
        expect(definition).toBe(
          `{"filters":null,"builds":[{"filters":null,"headers":${fetched}}],` +
            `"metadata":{${metadata.join(",")}},"headers":${fetched}}`,
        );
        expect(encodeAsset(decodeAsset(JSON.parse(definition)), "as-written")).toBe(definition);
      }),
      { numRuns: runs(1_000) },
    );
  });
});

describe("an asset whose label keys differ in a lone surrogate only", () => {
  beforeAll(freshStorage);
  const labels = '{"\\ud800":"first","\\ufffd":"second","\\udfff":"third","\\ud800":"last"}';
  const served = '"labels":{"\ufffd":"last"}';

  it("is stored with one of them after POST, PUT and PATCH", async () => {
    const archive = `"url":"https://assets.example.com/x.tar.gz","sha512":"${SHA512}"`;
    const asset = (name: string) => `{${archive},"metadata":{"name":"${name}","labels":${labels}}}`;
    const read = async (name: string) => (await api("GET", `${ASSETS}/${name}`, { token: editor })).text();
    await api("POST", ASSETS, { token: editor, body: asset("posted") });
    expect(await read("posted")).toContain(served);
    await api("PUT", `${ASSETS}/put`, { token: editor, body: asset("put") });
    expect(await read("put")).toContain(served);
    await api("PUT", `${ASSETS}/patched`, {
      token: editor,
      body: `{${archive},"metadata":{"labels":{"\ufffd":"old"}}}`,
    });
    await api("PATCH", `${ASSETS}/patched`, {
      token: editor,
      headers: { "Content-Type": "application/merge-patch+json" },
      body: `{"metadata":{"labels":${labels}}}`,
    });
    expect(await read("patched")).toContain(served);
  });
});
