// Requests that are as the OpenAPI document says, for fast-check.
import fc from "fast-check";
import type { Parameter } from "../../src/http/openapi.ts";
import { bodiesOf, valuesOf } from "./arbitrary.ts";
import { headersWith, pathWith, type Values } from "./described-request.ts";
import { parametersOf, type Placed } from "./document.ts";

/** Whose credential a request bears; who knows them puts them in. */
export type Caller = "admin" | "narrow" | "viewer" | "key" | "basic" | "session" | "nobody";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly caller: Caller;
  readonly body: string | Uint8Array | undefined;
}

/** Stands for the refresh token of a session, which no schema tells. */
export const REFRESH_TOKEN = "<the refresh token>";

/** Values that stand for something there is; others are made from schemas. */
const KNOWN: Readonly<Record<string, readonly unknown[]>> = {
  namespace: ["default", "team-a", "nope"],
  name: ["my-secure-asset", "sensu/http-checks", "tokens", "new"],
  seq: [2, 3],
  "If-None-Match": ["*"],
  "If-Match": ['"0123456789abcdef"'],
};

/** Requests to an operation with all that it needs and some of what it takes. */
export function requestsTo(placed: Placed): fc.Arbitrary<Asked> {
  const { method, operation } = placed;
  return fc
    .record({
      method: method === "get" ? fc.constantFrom("GET", "GET", "HEAD") : fc.constant(method.toUpperCase()),
      values: fc.tuple(...parametersOf(operation).map(givenOrNot)),
      caller: callersOf(placed),
      sent: sentBodies(placed),
    })
    .map(({ method: verb, values, caller, sent: [type, body] }) => {
      const given: Values = values.filter((each) => each !== null);
      const headers = { ...headersWith(given), ...(type === null ? {} : { "Content-Type": type }) };
      return { method: verb, path: pathWith(placed, given), headers, caller, body };
    });
}

function givenOrNot(parameter: Parameter): fc.Arbitrary<readonly [Parameter, unknown] | null> {
  const given = parameterValues(parameter).map((value) => [parameter, value] as const);
  return parameter.required === true ? given : fc.option(given, { freq: 1 });
}

function parameterValues({ name, in: where, schema, example }: Parameter): fc.Arbitrary<unknown> {
  // An answer that is held back would cost nothing but time.
  if (name === "wait") return fc.constant(0);
  const usual = fc.constantFrom<unknown>(example, example, ...(KNOWN[name] ?? []));
  const made = valuesOf(schema).map((value) => (where === "header" ? printable(String(value)) : value));
  return fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: made });
}

/** A header holds what can be printed of ASCII, and no blanks at its ends. */
export function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").trim();
}

function callersOf({ operation }: Placed): fc.Arbitrary<Caller> {
  const [scheme] = operation.security;
  if (scheme === undefined) return fc.constant("nobody");
  if ("basic" in scheme) return fc.constant("basic");
  if (isOfSession(operation.operationId)) return fc.constant("session");
  // Agents are who is answered from memory; for writes they are nobody.
  const usual: Caller = "bearer" in scheme && scheme["bearer"].includes("view") ? "viewer" : "admin";
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Caller>("admin", usual) },
    { weight: 1, arbitrary: fc.constantFrom<Caller>("narrow", "viewer", "key") },
  );
}

type SentBody = readonly [type: string | null, body: string | undefined];

function sentBodies({ operation }: Placed): fc.Arbitrary<SentBody> {
  const { requestBody: told, operationId } = operation;
  if (told === undefined) return fc.constant([null, undefined]);
  if (isOfSession(operationId))
    return fc.constant([null, JSON.stringify({ refresh_token: REFRESH_TOKEN })] as const);
  const bodies = Object.entries(told.content).map(([type, media]) =>
    bodiesOf(media).map((text): SentBody => [type, text]),
  );
  return told.required ? fc.oneof(...bodies) : fc.oneof(...bodies, fc.constant<SentBody>([null, undefined]));
}

function isOfSession(operationId: string): boolean {
  return operationId === "refreshLogin" || operationId === "logout";
}
