import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decideHeaders,
  decideRedirect,
  decideUrl,
  PUBLIC_ONLY,
  shownUrl,
} from "../../src/archives/url-rule.ts";

/** An IPv4 address in the spellings that URLs allow. */
const ipv4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).chain((bytes) => {
  const [a, b, c, d] = bytes;
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const octal = bytes.map((byte) => `0${byte.toString(8)}`).join(".");
  const hexadecimal = bytes.map((byte) => `0x${byte.toString(16)}`).join(".");
  return fc.constantFrom(
    bytes.join("."),
    `${bytes.join(".")}.`,
    String(number),
    `0x${number.toString(16)}`,
    octal,
    hexadecimal,
    `${a}.${b}.${c * 256 + d}`,
    `[::ffff:${bytes.join(".")}]`,
    `[64:ff9b::${bytes.join(".")}]`,
  );
});
const ipv6 = fc.ipV6().map((address) => `[${address}]`);
const label = fc.stringMatching(/^[a-z\d]{1,8}$/);
const privateName = fc
  .tuple(label, fc.constantFrom("local", "localhost", "internal", "lan", "test", "home.arpa", "onion"))
  .map(([host, suffix]) => `${host}.${suffix}`);
const publicName = label.map((host) => `${host}.example.com`);

describe("a URL that a definition names", () => {
  it("is never asked at an address, however it is spelt, nor on a private network or this machine", () => {
    const host = fc.oneof(ipv4, ipv6, privateName, fc.constantFrom("localhost", "LOCALHOST.", "intranet"));
    fc.assert(
      fc.property(host, fc.constantFrom("", ":443", ":8443"), (name, port) => {
        expect(decideUrl(`https://${name}${port}/a.tar.gz`, PUBLIC_ONLY)).toHaveProperty("problem");
      }),
    );
  });

  it("is asked over https at a public name, and by no other scheme", () => {
    fc.assert(
      fc.property(
        publicName,
        fc.constantFrom("http", "ftp", "file", "data", "javascript", "ws"),
        (host, scheme) => {
          expect(decideUrl(`https://${host}/a`, PUBLIC_ONLY)).toHaveProperty("url");
          expect(decideUrl(`${scheme}://${host}/a`, PUBLIC_ONLY)).toHaveProperty("problem");
        },
      ),
    );
  });

  it("is refused with a user, a password or a token to be filled in", () => {
    fc.assert(
      fc.property(publicName, label, (host, secret) => {
        for (const url of [
          `https://${secret}@${host}/a`,
          `https://u:${secret}@${host}/`,
          `https://${host}/{{ .name }}`,
        ])
          expect(decideUrl(url, PUBLIC_ONLY)).toHaveProperty("problem");
      }),
    );
  });

  it("is shown without user, password, query and fragment", () => {
    fc.assert(
      fc.property(publicName, (host) => {
        const url = new URL(`https://secret:secret@${host}/a?secret#secret`);
        expect(shownUrl(url)).toBe(`https://${host}/a`);
      }),
    );
  });
});

describe("a redirect", () => {
  it("is judged like the first URL, and never leads from https to http", () => {
    const location = fc.oneof(
      fc
        .tuple(fc.constantFrom("http://", "//", "https://"), fc.oneof(ipv4, ipv6, privateName))
        .map((parts) => parts.join("")),
      publicName.map((host) => `http://${host}/`),
      fc.constantFrom("file:///etc/passwd", "https://u:p@b.example.com/", "data:,x"),
    );
    fc.assert(
      fc.property(location, publicName, (to, host) => {
        expect(decideRedirect(to, new URL(`https://${host}/a`), PUBLIC_ONLY)).toHaveProperty("problem");
      }),
    );
  });
});

describe("the headers of a definition", () => {
  it("are sent without those that frame a message, and not at all where one holds a line break", () => {
    expect(
      decideHeaders(
        '{"X-Token":"a","Host":"b","Range":"bytes=0-1","If-Match":"c","proxy-authorization":"d"}',
      ),
    ).toEqual({
      headers: { "X-Token": "a" },
    });
    for (const headers of ['{"X-A":"b\\r\\nHost: c"}', '{"X A":"b"}', '{"X-A\\n":"b"}'])
      expect(decideHeaders(headers)).toHaveProperty("problem");
  });
});
