// Requests with something odd about them, for fast-check.
import fc from "fast-check";
import { CHARACTER } from "./characters.ts";
import { parametersOf, type Placed } from "./document.ts";
import { printable, requestsTo, type Asked } from "./generated-requests.ts";

type Spoil = (asked: Asked) => Asked;

/** Requests to an operation that are odd in one to three ways: path, query, headers, credential or body. */
export function oddRequestsTo(placed: Placed): fc.Arbitrary<Asked> {
  const oddities = fc.array(odditiesOf(placed), { minLength: 1, maxLength: 3 });
  return fc
    .tuple(requestsTo(placed), oddities)
    .map(([asked, spoils]) => spoils.reduce((made, spoil) => spoil(made), asked));
}

function odditiesOf({ operation }: Placed): fc.Arbitrary<Spoil> {
  const names = parametersOf(operation).flatMap((each) => (each.in === "query" ? [each.name] : []));
  const inBody = operation.requestBody === undefined ? 0 : 3;
  // Most odd paths and credentials are refused before anything else is looked at.
  return fc.oneof(
    { weight: 1, arbitrary: fc.oneof(oddPaths(), fc.constant(rawSlashes)) },
    { weight: 1, arbitrary: oddCredentials() },
    { weight: 5, arbitrary: oddQueries(names) },
    { weight: 3, arbitrary: oddHeaders() },
    { weight: inBody, arbitrary: oddBodies() },
    { weight: inBody, arbitrary: oddMembers() },
  );
}

const ODD_TEXT = fc.oneof(
  fc.constantFrom("", " ", "-1", "1e9", "NaN", "null", "*", "%", "%zz", "%00", "%2F", "..", "../..", "//"),
  fc.constantFrom("__proto__", "constructor", "a\u0000b", "a\nb", "\u{1F600}", "'; DROP TABLE assets; --"),
  fc.constantFrom("x".repeat(300), "9".repeat(25), "{{ .x }}"),
  fc.string({ unit: CHARACTER, maxLength: 30 }),
);

const ODD_JSON = fc.oneof(
  fc.constantFrom<unknown>(null, 5, "x", [], {}, [null], true),
  fc.jsonValue({ maxDepth: 3 }),
);

const ODD_BODIES = [
  "",
  "{",
  "[[[[",
  '{"a":',
  "\ufeff{}",
  '{"__proto__":1}',
  `{"x":${"[".repeat(2_000)}`,
  `"${"x".repeat(520_000)}"`,
];

const HEADERS = [
  "Accept",
  "Cache-Control",
  "Content-Encoding",
  "Content-Type",
  "If-Match",
  "If-None-Match",
  "Last-Event-ID",
  "Prefer",
  "Range",
  "User-Agent",
  "X-Reason",
];

/** One segment of the path is another, encoded or raw. */
function oddPaths(): fc.Arbitrary<Spoil> {
  return fc.tuple(fc.nat(), ODD_TEXT, fc.boolean()).map(([at, text, raw]) => (asked) => {
    const [path = "", ...query] = asked.path.split("?");
    const segments = path.split("/");
    const odd = raw ? text.replaceAll(/[?#\s]/g, "") : encodeURIComponent(text);
    segments[1 + (at % (segments.length - 1))] = odd;
    return { ...asked, path: [segments.join("/"), ...query].join("?") };
  });
}

function rawSlashes(asked: Asked): Asked {
  return { ...asked, path: asked.path.replaceAll("%2F", "/") };
}

function oddQueries(names: readonly string[]): fc.Arbitrary<Spoil> {
  return fc
    .tuple(fc.constantFrom(...names, "odd", "labels.region", "labels.", "filters"), ODD_TEXT)
    .filter(([name, text]) => name !== "wait" || !/^\d/.test(text))
    .map(([name, text]) => (asked) => {
      const query = new URLSearchParams([[name, text]]).toString();
      return { ...asked, path: `${asked.path}${asked.path.includes("?") ? "&" : "?"}${query}` };
    });
}

function oddHeaders(): fc.Arbitrary<Spoil> {
  return fc.tuple(fc.constantFrom(...HEADERS), ODD_TEXT).map(([name, text]): Spoil => (asked) => ({
    ...asked,
    headers: { ...asked.headers, [name]: printable(text) },
  }));
}

function oddCredentials(): fc.Arbitrary<Spoil> {
  const texts = [
    "",
    "Bearer",
    "Bearer a.b.c",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
    "Key sak_x",
    "Key sak_0000000000000000000000000000000000000000000000000",
    "Basic",
    "Basic Og==",
    `Basic ${btoa("ci:x")}`,
  ];
  const text = fc.oneof(
    fc.constantFrom(...texts),
    ODD_TEXT.map((odd) => printable(`Bearer ${odd}`)),
  );
  return text.map((authorization): Spoil => (asked) => ({
    ...asked,
    caller: "nobody",
    headers: { ...asked.headers, Authorization: authorization },
  }));
}

function oddBodies(): fc.Arbitrary<Spoil> {
  const bodies = fc.oneof<fc.Arbitrary<string | Uint8Array>[]>(
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom(...ODD_BODIES),
    ODD_JSON.map((value) => JSON.stringify(value)),
  );
  return bodies.map((body): Spoil => (asked) => ({ ...asked, body }));
}

/** One member of the body, however deep, is another value or gone. */
function oddMembers(): fc.Arbitrary<Spoil> {
  return fc
    .tuple(fc.nat({ max: 20 }), fc.option(ODD_JSON, { nil: undefined }))
    .map(([at, odd]) => (asked) => {
      if (typeof asked.body !== "string") return asked;
      let left = at;
      try {
        const spoilt: unknown = JSON.parse(asked.body, (_, member: unknown) => (left-- === 0 ? odd : member));
        return { ...asked, body: JSON.stringify(spoilt) };
      } catch {
        // Several lines are no one value.
        return asked;
      }
    });
}
