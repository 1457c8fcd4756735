import { readFileSync } from "node:fs";
import { Validator as OpenApiValidator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { documentText, securityOf, templateOf } from "../../scripts/openapi/document.ts";
import type { Method, OpenApi, Operation, Parameter, Reference } from "../../src/http/openapi.ts";
import type { Route } from "../../src/http/route.ts";
import { routes } from "../../src/routes.ts";

const text = readFileSync("public/openapi.json", "utf8");
const document: OpenApi = JSON.parse(text);
const rows = routes.map((row) => [`${row.method} ${row.path}`, row] as const);

/** Sensu's login has credentials of its own, where the route table says `public`. */
const LOGIN: Readonly<Record<string, string>> = {
  "GET /auth": "basic",
  "GET /auth/test": "basic",
  "POST /auth/token": "bearer",
  "POST /auth/logout": "bearer",
};

function operationOf(row: Route<never>): Operation | undefined {
  return document.paths[templateOf(row)]?.[row.method.toLowerCase() as Method];
}

function parametersOf(operation: Operation | undefined): Parameter[] {
  return (operation?.parameters ?? []).map((each) => resolve<Parameter>(each));
}

function resolve<T>(each: T | Reference): T {
  if (typeof each !== "object" || each === null || !("$ref" in each)) return each;
  const steps = each.$ref.replace(/^#\//, "").split("/");
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document) as T;
}

/** A question to do something now, of which there is nothing more to say. */
const WITHOUT_BODY = /\/archives\/check$/;

describe("public/openapi.json", () => {
  it("is what `npm run openapi` makes of the route table and its operations", () => {
    expect(text).toBe(documentText(routes));
  });

  it("is valid OpenAPI 3.1, and every reference in it leads somewhere", async () => {
    const validator = new OpenApiValidator();
    const result = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>);
    expect(result.errors ?? []).toEqual([]);
    expect(validator.version).toBe("3.1");
    const references = [...text.matchAll(/"\$ref": "([^"]+)"/g)].map(([, to = ""]) => to);
    expect(references.length).toBeGreaterThan(100);
    for (const to of new Set(references)) expect([to, resolve({ $ref: to })]).not.toContain(undefined);
  });

  it("has the routes of src/routes.ts, and no others", () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(routes.map((row) => `${row.method} ${templateOf(row)}`).sort());
  });

  it("says of every object in an answer which members it has, and that there are no others", () => {
    const open: string[] = [];
    const seen = new Set<string>();
    const walk = (at: string, node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      if ("$ref" in node && typeof node.$ref === "string") {
        if (!seen.has(node.$ref)) {
          seen.add(node.$ref);
          walk(node.$ref, resolve(node as Reference));
        }
        return;
      }
      if ("properties" in node && (!("additionalProperties" in node) || node.additionalProperties !== false))
        open.push(at);
      for (const [key, each] of Object.entries(node)) {
        if (key !== "example" && key !== "examples") walk(`${at}/${key}`, each);
      }
    };
    for (const methods of Object.values(document.paths))
      for (const operation of Object.values(methods)) walk(operation.operationId, operation.responses);
    expect(seen.size).toBeGreaterThan(20);
    expect(open).toEqual([]);
  });

  it("names each operation once, in a chapter that exists", () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const chapters = document.tags.map(({ name }) => name);
    for (const { tags } of operations) expect(chapters).toEqual(expect.arrayContaining([...tags]));
  });
});

describe("the description of a route", () => {
  it.each(rows)("%s asks for the credential that the table asks for", (key, row) => {
    const scheme = LOGIN[key];
    const expected = scheme === undefined ? securityOf(row.access) : [{ [scheme]: [] }];
    const operation = operationOf(row);
    expect(operation?.security).toEqual(expected);
    const refusals = Object.keys(operation?.responses ?? {}).filter((status) =>
      /^40[13]$|^429$/.test(status),
    );
    if (scheme !== undefined) expect(refusals).toContain("401");
    else if (row.access === "public") expect(refusals).toEqual([]);
    else if (row.access !== "authenticated") expect(refusals).toEqual(["401", "403", "429"]);
    else expect(refusals).toEqual(expect.arrayContaining(["401", "429"]));
  });

  it.each(rows)("%s tells of the parameters in its path, and of each parameter once", (_, row) => {
    const parameters = parametersOf(operationOf(row));
    const inPath = parameters.filter((parameter) => parameter.in === "path");
    expect(inPath.map(({ name }) => name)).toEqual([...row.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
    expect(inPath.every(({ required }) => required === true)).toBe(true);
    const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, example } of parameters) expect([name, example]).not.toContain(undefined);
  });

  it.each(rows)("%s tells of a success, of a failure here, and what a body is like", (_, row) => {
    const { responses = {}, requestBody } = operationOf(row) ?? {};
    const statuses = Object.keys(responses);
    expect(statuses.filter((status) => /^[23]/.test(status)).length).toBeGreaterThan(0);
    expect(statuses).toEqual(expect.arrayContaining(["426", "500"]));
    if (row.method === "GET" || row.method === "DELETE") expect(requestBody).toBeUndefined();
    else if (!WITHOUT_BODY.test(row.path))
      expect(Object.keys(requestBody?.content ?? {}).length).toBeGreaterThan(0);
    if (requestBody !== undefined) expect(statuses).toEqual(expect.arrayContaining(["400", "413", "415"]));
  });
});
