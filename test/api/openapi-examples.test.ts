import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Media, Parameter } from "../../src/http/openapi.ts";
import { headersWith, pathWith, type Values } from "../support/described-request.ts";
import {
  answersOf,
  headersOf,
  OPERATIONS,
  parametersOf,
  schemaFault,
  type Placed,
} from "../support/document.ts";
import { SHA512 } from "../../src/definitions/examples.ts";
import { aCopy } from "../support/archive-copy.ts";
import { api, freshStorage, tokenFor } from "../support/worker.ts";

interface Asked extends Placed {
  readonly title: string;
  readonly parameters: readonly Parameter[];
  /** Its type and text; null: none. */
  readonly body: readonly [string, string] | null;
}

const admin = await tokenFor(["admin@*"], { name: "admin" });

/** What any machine is known by: without these a resolution has no build to show. */
const ALWAYS = /^(?:os|arch)$/;

/** Each operation with each of its bodies; and, with the last of them, each of its parameters that need not be there. */
const REQUESTS: readonly Asked[] = OPERATIONS.flatMap((placed) => {
  const { operationId } = placed.operation;
  const all = parametersOf(placed.operation);
  const always = all.filter(({ name, required }) => required === true || ALWAYS.test(name));
  const bodies = bodiesOf(placed);
  const [, last = null] = bodies.at(-1) ?? [];
  return [
    ...bodies.map(([name, body]) => ({ ...placed, title: operationId + name, parameters: always, body })),
    ...all
      .filter((parameter) => !always.includes(parameter))
      .map((parameter) => ({
        ...placed,
        title: `${operationId} with ${parameter.in} ${parameter.name}`,
        parameters: [...always, parameter],
        body: last,
      })),
  ];
});

function bodiesOf({ operation }: Placed): [string, Asked["body"]][] {
  if (operation.requestBody === undefined) return [["", null]];
  return Object.entries(operation.requestBody.content).flatMap(([type, media]) =>
    Object.entries(media.examples ?? {}).map(([name, { value }]): [string, Asked["body"]] => [
      ` with the body ${name}`,
      [type, typeof value === "string" ? value : JSON.stringify(value)],
    ]),
  );
}

/** Reads change nothing, so one store serves all of them; a login is a write. */
const isRead = ({ method, operation }: Asked) => method === "get" && operation.tags[0] !== "Login";
const titled = (asked: readonly Asked[]) => asked.map((each) => [each.title, each] as const);

describe("the examples of requests that read, sent as they stand, succeed as the document says:", () => {
  let secret = "";
  beforeAll(async () => {
    await freshStorage();
    secret = await before();
  });

  it.each(titled(REQUESTS.filter(isRead)))("%s", async (_, asked) => {
    expect(await answerTo(asked, secret)).toEqual(successOf(asked));
  });
});

describe("the examples of other requests, sent as they stand, succeed as the document says:", () => {
  beforeEach(freshStorage);

  it.each(titled(REQUESTS.filter((asked) => !isRead(asked))))("%s", async (_, asked) => {
    const secret = asked.operation.operationId.startsWith("create") ? "" : await before();
    expect(await answerTo(asked, secret)).toEqual(successOf(asked));
  });
});

/** The status of the first success that is described, with any text; of a part, that of parts. */
function successOf({ operation, title }: Asked): readonly [number, unknown] {
  if (title.endsWith("with header Range")) return [206, expect.any(String)];
  const successes = Object.keys(answersOf(operation)).map(Number);
  return [Math.min(...successes), expect.any(String)];
}

async function answerTo(asked: Asked, secret: string): Promise<readonly [number, string]> {
  const { operationId } = asked.operation;
  const values = await fixed(operationId, valuesOf(asked.parameters));
  const [type, text] = asked.body ?? [null, undefined];
  const answer = await api(asked.method.toUpperCase(), pathWith(asked, values), {
    body: await fixedBody(operationId, text, secret),
    headers: {
      Authorization: await credentialFor(asked, secret),
      ...(type === null ? {} : { "Content-Type": type }),
      ...headersWith(values),
    },
  });
  return [answer.status, await answer.text()];
}

/** What the examples speak of, made by examples: two assets, one of them changed, a namespace and a key, whose secret this is. */
async function before(): Promise<string> {
  await sendExamples("createAsset");
  await sendExamples("replaceAsset");
  await sendExamples("createNamespace");
  // The index of archives is brought up to date by whoever reads it.
  await api("GET", "/api/edge/v1/archives", { token: admin });
  await aCopy(SHA512);
  const [key] = await sendExamples("createKey");
  return (await key?.json<{ key: string }>())?.key ?? "";
}

/** Sends the bodies of an operation; of PUT the last, so that each of these is one commit. */
async function sendExamples(operationId: string): Promise<Response[]> {
  const bodies = REQUESTS.filter(({ title }) => title.startsWith(`${operationId} with the body`));
  const answers: Response[] = [];
  for (const asked of operationId === "replaceAsset" ? bodies.slice(-1) : bodies) {
    const path = pathWith(asked, valuesOf(asked.parameters));
    answers.push(await api(asked.method.toUpperCase(), path, { token: admin, body: asked.body?.[1] }));
  }
  return answers;
}

function valuesOf(parameters: readonly Parameter[]): Values {
  return parameters.map((parameter) => [parameter, parameter.example]);
}

/** What cannot be foretold: the id of a plan, and where a page of keys ends. */
async function fixed(operationId: string, values: Values): Promise<Values> {
  const cursor = values.find(([{ name }]) => operationId === "listKeys" && name === "continue");
  if (cursor !== undefined) {
    const first = await api("GET", "/api/edge/v1/keys?limit=1", { token: admin });
    return [[cursor[0], first.headers.get("Sensu-Continue") ?? ""]];
  }
  // An archive that is known to be right is one that was checked before.
  if (operationId === "applySet" && values.some(([{ name }]) => name === "require")) {
    await sendExamples(operationId);
    await api("GET", "/api/edge/v1/archives", { token: admin });
    await env.DB.prepare(
      "UPDATE archives SET state = 'ok', verified_at = 1, checked_by = 'archive-check'",
    ).run();
  }
  const plan = values.find(([{ name }]) => operationId === "applySet" && name === "plan");
  if (plan === undefined) return values;
  const body = [{ url: "https://e/a", sha512: "0f".repeat(64), metadata: { name: "new" } }];
  const made = await api("POST", "/api/edge/v1/namespaces/default/plan", { token: admin, body });
  const { plan: id } = await made.json<{ plan: string }>();
  return values.map((each) => (each === plan ? [each[0], id] : each));
}

/** The refresh token of a login of now. */
async function fixedBody(
  operationId: string,
  text: string | undefined,
  secret: string,
): Promise<string | undefined> {
  if (!SESSIONS.has(operationId)) return text;
  const { refresh_token } = await logIn(secret);
  return JSON.stringify({ ...JSON.parse(text ?? "{}"), refresh_token });
}

const SESSIONS = new Set(["refreshLogin", "logout"]);
let session: Promise<{ access_token: string; refresh_token: string }> | null = null;
beforeEach(() => {
  session = null;
});

function logIn(secret: string): Promise<{ access_token: string; refresh_token: string }> {
  const headers = { Authorization: `Basic ${btoa(`ci:${secret}`)}` };
  session ??= api("GET", "/auth", { headers }).then((answer) => answer.json());
  return session;
}

async function credentialFor({ operation }: Placed, secret: string): Promise<string> {
  const [scheme = {}] = operation.security;
  if ("basic" in scheme) return `Basic ${btoa(`ci:${secret}`)}`;
  return `Bearer ${SESSIONS.has(operation.operationId) ? (await logIn(secret)).access_token : admin}`;
}

describe("the examples of the document are as its schemas say:", () => {
  it.each(OPERATIONS.map((placed) => [placed.operation.operationId, placed] as const))(
    "%s",
    (_, { operation }) => {
      for (const { name, schema, example } of parametersOf(operation))
        expect([name, schemaFault(example, schema)]).toEqual([name, null]);
      for (const [status, answer] of Object.entries(answersOf(operation))) {
        for (const media of Object.values(answer.content ?? {})) expectExamples(status, media);
        for (const [name, { schema, example }] of headersOf(answer))
          if (example !== undefined) expect([name, schemaFault(example, schema)]).toEqual([name, null]);
      }
      for (const media of Object.values(operation.requestBody?.content ?? {}))
        expectExamples("request", media);
    },
  );
});

function expectExamples(where: string, { schema, example, examples = {} }: Media): void {
  const values = [
    ...(example === undefined ? [] : [example]),
    ...Object.values(examples).map(({ value }) => value),
  ];
  for (const value of values) expect([where, schemaFault(value, schema)]).toEqual([where, null]);
}

it("there is an example of every body", () => {
  const bodies = OPERATIONS.flatMap(({ operation }) => Object.values(operation.requestBody?.content ?? {}));
  expect(bodies.filter(({ examples = {} }) => Object.keys(examples).length === 0)).toEqual([]);
  expect(REQUESTS.length).toBeGreaterThan(150);
});
