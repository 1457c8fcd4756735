import type { Parameter } from "../../src/http/openapi.ts";
import { SHA512 } from "../../src/definitions/examples.ts";
import type { Route } from "../../src/http/route.ts";

type PathParameter = Omit<Parameter, "name" | "in" | "required">;

const PATH: Readonly<Record<string, PathParameter>> = {
  namespace: {
    description: "The namespace, percent-encoded.",
    schema: { type: "string", minLength: 1 },
    example: "default",
  },
  "name+": {
    description:
      "The asset's name, percent-encoded (`sensu%2Fhttp-checks`). Slashes may be sent raw as well, except at the end.",
    schema: { type: "string", minLength: 1 },
    example: "my-secure-asset",
  },
  name: {
    description: "The asset's name as one percent-encoded segment: `sensu%2Fhttp-checks`.",
    schema: { type: "string", minLength: 1 },
    example: "my-secure-asset",
  },
  key: {
    description: "The name of the key, percent-encoded.",
    schema: { type: "string", minLength: 1 },
    example: "ci",
  },
  seq: {
    description: "The seq of the revision.",
    schema: { type: "integer", minimum: 0, maximum: 999_999_999_999_999 },
    example: 1,
  },
  digest: {
    description: "The SHA-512 of the bytes: 128 hexadecimal digits.",
    schema: { type: "string", pattern: "^[0-9a-fA-F]{128}$" },
    example: SHA512,
  },
  file: {
    description: "The name of the file.",
    schema: { type: "string", minLength: 1 },
    example: "docs.js",
  },
};

/** The parameters that stand in a route's path, with examples of its own where it has some. */
export function pathParameters(
  { path }: Pick<Route<never>, "path">,
  examples: Readonly<Record<string, unknown>> = {},
): Parameter[] {
  return [...path.matchAll(/:(\w+)(\+?)/g)].map(([spelled, name = ""]) => {
    const known = PATH[spelled.slice(1)];
    if (known === undefined)
      throw new Error(`scripts/openapi/paths.ts does not describe ${spelled} in ${path}`);
    return { name, in: "path", required: true, ...known, example: examples[name] ?? known.example };
  });
}
