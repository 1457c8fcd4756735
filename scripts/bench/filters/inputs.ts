// The requests that are measured: the largest legal input of each kind, filled with what was found to be worst.
import type { Serve } from "../../../src/app.ts";
import type { Calibrated } from "./calibrate.ts";
import { manyFilters, oneFilterEach, setOf, type Definition } from "./definitions.ts";
import { TEXTS } from "./named.ts";

export const KINDS = ["put", "resolve", "matrix", "lint", "plan"] as const;
export type Kind = (typeof KINDS)[number];

/** CPU time that one request of a kind may take, in milliseconds (design: limits). */
export const LIMIT_MS: Readonly<Record<Kind, number>> = {
  put: 200,
  resolve: 200,
  matrix: 200,
  lint: 200,
  plan: 2_000,
};

/** Something to send: a definition for the kinds about one, a set for plan, facts for resolve. */
export interface Input {
  readonly name: string;
  readonly definition: () => Definition;
  readonly set: () => Definition[];
  readonly facts?: () => unknown;
  readonly kinds: readonly Kind[];
}

export function inputOf({ name, filter }: Calibrated, kinds: readonly Kind[]): Input {
  return { name, definition: () => oneFilterEach(filter), set: () => setOf(oneFilterEach, filter), kinds };
}

/** A text repeated to the length of a filter, with a number that makes it another one. */
export function textInput(text: string, name: string, kinds: readonly Kind[]): Input {
  // Whole repetitions and an operand at the end: what is legal is then read by every check there is.
  const times = Math.max(1, Math.floor(1_980 / text.length));
  const filter = (number: number) => `${number}|${text.repeat(times)}1`;
  return { name, definition: () => manyFilters(filter), set: () => setOf(manyFilters, filter), kinds };
}

/** Of the texts, those that are also sent in a set, which takes seconds each. */
const PLANNED = 4;

export function repeatedTexts(): Input[] {
  return TEXTS.map((text, index) =>
    textInput(text, `read ${JSON.stringify(text)}`, index < PLANNED ? KINDS : ["put", "resolve", "lint"]),
  );
}

const LABELS = Object.fromEntries(Array.from({ length: 9_900 }, (_, index) => [`label-${index}`, "x"]));

/** What is large in another way than by its filters. */
export function specialInputs(): Input[] {
  const plain = (filter: (number: number) => string, name: string, facts?: () => unknown): Input => ({
    name,
    definition: () => manyFilters(filter),
    set: () => setOf(manyFilters, filter),
    kinds: KINDS,
    ...(facts === undefined ? {} : { facts }),
  });
  const single = (
    archive: { url: string; headers?: Record<string, string> },
    name: string,
    facts?: unknown,
  ): Input => {
    const asset = (bytes: number, index: number) => ({
      metadata: { name: `asset-${index}` },
      sha512: "0f".repeat(64),
      filters: [],
      ...archive,
      url: archive.url.slice(0, bytes),
      builds: [],
    });
    return {
      name,
      definition: () => asset(500_000, 0),
      set: () => Array.from({ length: 1_000 }, (_, index) => asset(8_000, index)),
      kinds: KINDS,
      ...(facts === undefined ? {} : { facts: () => facts }),
    };
  };
  return [
    plain((number) => `${number}!=${number}`, "short filters"),
    plain((number) => `entity.system.os=='${number}'`, "comparisons"),
    plain((number) => `entity.system.os=='linux'||${number}`, "comparisons that are true"),
    plain((number) => `nope${number}`, "unknown names"),
    plain((number) => `throw ${number}`, "exceptions"),
    plain(
      (number) => `entity.labels.x=${number},true`,
      "facts changed by each filter",
      () => ({ labels: LABELS, system: {} }),
    ),
    {
      ...plain(
        (number) => `entity.labels.x=${number},false`,
        "facts changed by each build",
        () => ({ labels: LABELS, system: {} }),
      ),
      definition: () => oneFilterEach((number) => `entity.labels.x=${number},false`),
    },
    plain(
      (number) => `for(var k in entity.labels)${number};false`,
      "facts walked",
      () => ({ labels: LABELS, system: {} }),
    ),
    single({ url: `https://e/${"{".repeat(500_000)}` }, "braces in the url"),
    single({ url: `{{${"{{ ".repeat(170_000)}` }, "open tokens in the url"),
    single({ url: `https://e/${"{{.a}}".repeat(85_000)}` }, "tokens nobody fills"),
    single({ url: `https://e/${"{{ }}".repeat(85_000)}` }, "tokens that are none"),
    single({ url: `https://e/${"{{.name}}".repeat(50_000)}` }, "tokens filled with a long fact", {
      name: "n".repeat(60_000),
      system: {},
    }),
    single(
      {
        url: "https://e/a",
        headers: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`h${i}`, "a,b{{"])),
      },
      "headers with findings",
    ),
  ];
}

const ASSETS = "http://local/api/core/v2/namespaces/default/assets";
const EDGE = "http://local/api/edge/v1";

/** Sends an input as a request of a kind; what it takes to make the request is left out by calling this beforehand. */
export async function prepareRequest(serve: Serve, input: Input, kind: Kind): Promise<() => Promise<number>> {
  const send = async (method: string, url: string, body: string | null) => {
    const response = await serve(new Request(url, { method, body }), {
      requestId: "bench",
      waitUntil: () => undefined,
    });
    await response.arrayBuffer();
    return response.status;
  };
  if (kind === "plan") {
    const body = JSON.stringify(input.set());
    return () => send("POST", `${EDGE}/namespaces/default/plan`, body);
  }
  const definition = input.definition();
  const body = JSON.stringify(definition);
  const { name } = definition.metadata;
  if (kind === "lint") return () => send("POST", `${EDGE}/lint`, body);
  if (kind === "put") return () => send("PUT", `${ASSETS}/${name}`, body);
  const stored = await send("PUT", `${ASSETS}/${name}`, body);
  if (stored !== 201) return async () => stored;
  const asset = `${EDGE}/namespaces/default/assets/${name}`;
  if (kind === "matrix") return () => send("GET", `${asset}/matrix?rule=most-specific`, null);
  const facts = JSON.stringify(input.facts?.() ?? { system: { os: "linux", arch: "amd64" } });
  let round = 0;
  // No two questions are the same, or the second would be answered from memory.
  return () =>
    send("POST", `${asset}/resolve?rule=most-specific`, facts.replace(/^\{/, `{"user":"${(round += 1)}",`));
}
