import { content, empty, invalid, json, jsonBody, notFound, shared } from "../answers.ts";
import type { Descriptions } from "../describe.ts";
import { FINDING, REPORTS, RESOLVED, SIMPLE } from "../examples.ts";
import { FACTS, parameters } from "../parameters.ts";
import type { Answer } from "../model.ts";
import { Asset, LintReport } from "../schemas/assets.ts";
import { ErrorBody } from "../schemas/common.ts";
import { ref } from "../schemas/registry.ts";
import { Entity, Matrix, NoMatch, Resolved } from "../schemas/resolution.ts";

const EDGE_ASSET = "/api/edge/v1/namespaces/:namespace/assets/:name";
const JSON_TYPE = "application/json";
const TEXT_TYPE = "text/plain; charset=utf-8";
const PATH = { name: "sensu/http-checks" };
const SERVED = ["X-Cache", "Age", "Server-Timing?", "Warning?"];

const MISMATCH =
  "no build of sensu/http-checks matches this machine: build 0: entity.system.os == 'linux' is false; build 1: entity.system.os == 'windows' is false";
const MATCHLESS = "There is no such asset, or no build of it for this machine.";
const EXHAUSTED =
  "sensu/http-checks cannot be resolved: the filters take more than 200000 evaluation steps, the budget of one request";
const BAD_FACT = '"system" is no fact: use os, arch, ..., subscriptions, labels.<key> or annotations.<key>';

const RESOLVED_ANSWER: Answer = content(
  "The build.",
  {
    [JSON_TYPE]: {
      schema: ref(Resolved),
      examples: {
        plain: { value: RESOLVED },
        explained: { summary: "With explain=true", value: { ...RESOLVED, explain: REPORTS } },
      },
    },
    [TEXT_TYPE]: {
      schema: { type: "string" },
      example: `ASSET_URL='${RESOLVED.url}'\nASSET_SHA512='${RESOLVED.sha512}'\nASSET_BUILD='0'\nASSET_ETAG='${RESOLVED.etag}'\nASSET_UNRESOLVED=''\nASSET_HEADERS='0'\n`,
    },
  },
  { headers: ["ETag", ...SERVED] },
);

/** With explain=true there is more to read, and no request id. */
const UNRESOLVED_ANSWER: Answer = content(
  MATCHLESS,
  {
    [JSON_TYPE]: {
      schema: { anyOf: [ref(ErrorBody), ref(NoMatch)] },
      examples: {
        absent: { value: { message: "not found", code: 2 } },
        mismatch: { value: { message: MISMATCH, code: 2 } },
        explained: { summary: "With explain=true", value: { message: MISMATCH, code: 2, explain: REPORTS } },
      },
    },
  },
  { headers: ["X-Request-Id?"] },
);

const ENTITY_EXAMPLES = {
  flat: {
    summary: "As filters see it",
    value: { name: "web-1", labels: { region: "us-west-1" }, system: { os: "linux", arch: "amd64" } },
  },
  served: {
    summary: "As Sensu serves it",
    value: {
      metadata: { name: "web-1", namespace: "default", labels: { region: "us-west-1" } },
      entity_class: "agent",
      system: { os: "linux", arch: "amd64", platform: "ubuntu" },
    },
  },
};

export const RESOLUTION_OPERATIONS: Descriptions = {
  [`GET ${EDGE_ASSET}/resolve`]: {
    id: "resolveAsset",
    tag: "Resolve",
    text: "The one build an agent with these facts would install, tokens filled in. Facts are parameters; a name that is no fact is 400.",
    path: PATH,
    parameters: parameters(...FACTS, "rule", "explain", "envFormat", "ifNoneMatch", "cacheControl"),
    answers: {
      200: RESOLVED_ANSWER,
      304: shared("NotModified"),
      400: invalid(BAD_FACT, 'invalid rule "x": use first (agents of 6.x) or most-specific (7.x)', EXHAUSTED),
      404: UNRESOLVED_ANSWER,
      503: shared("Unavailable"),
    },
  },
  [`POST ${EDGE_ASSET}/resolve`]: {
    id: "resolveAssetForEntity",
    tag: "Resolve",
    text: "The same for the facts of an entity's JSON, as agents report it and as Sensu serves it.",
    path: PATH,
    parameters: parameters("rule", "explain", "envFormat", "ifNoneMatch", "cacheControl"),
    body: jsonBody("The entity.", Entity, ENTITY_EXAMPLES),
    answers: {
      200: RESOLVED_ANSWER,
      304: shared("NotModified"),
      400: invalid('the facts are an entity, such as {"system":{"os":"linux","arch":"amd64"}}'),
      404: UNRESOLVED_ANSWER,
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
  [`GET ${EDGE_ASSET}/download`]: {
    id: "downloadAsset",
    tag: "Resolve",
    text: "Straight to the archive of that build, for clients that follow redirects and verify digests. The headers to fetch it with are not sent along: `resolve` tells them.",
    path: PATH,
    parameters: parameters(...FACTS, "rule", "cacheControl"),
    answers: {
      302: empty("Where the archive is, and what it must hash to.", {
        headers: ["X-Asset-Sha512", "Digest?", "X-Cache?", "Age?", "Warning?"],
        more: {
          Location: {
            description: "Where the archive is.",
            required: true,
            schema: { type: "string" },
            example: RESOLVED.url,
          },
        },
      }),
      400: invalid(
        BAD_FACT,
        "the facts do not fill these tokens of the asset: url: {{ .labels.region }}",
        "URL must be HTTP or HTTPS",
      ),
      404: notFound(MATCHLESS, "not found", MISMATCH),
      503: shared("Unavailable"),
    },
  },
  [`GET ${EDGE_ASSET}/matrix`]: {
    id: "showMatrix",
    tag: "Resolve",
    text: "Which build each of the usual platforms gets: Linux distributions, Windows, macOS, BSD, by architecture.",
    path: PATH,
    parameters: parameters("rule", "textFormat", "cacheControl"),
    answers: {
      200: content(
        "A row per platform.",
        {
          [JSON_TYPE]: {
            schema: ref(Matrix),
            example: {
              asset: "sensu/http-checks",
              etag: RESOLVED.etag,
              rule: "first",
              platforms: [
                {
                  platform: "ubuntu-24.04-amd64",
                  os: "linux",
                  arch: "amd64",
                  build: 0,
                  url: RESOLVED.url,
                  sha512: RESOLVED.sha512,
                  reason: null,
                },
              ],
            },
          },
          [TEXT_TYPE]: {
            schema: { type: "string" },
            example:
              "PLATFORM            OS     ARCH   BUILD  ARCHIVE\nubuntu-24.04-amd64  linux  amd64  0      0f0f0f0f0f0f https://...\n",
          },
        },
        { headers: SERVED },
      ),
      400: invalid('invalid rule "x": use first (agents of 6.x) or most-specific (7.x)', EXHAUSTED),
      404: notFound("There is no such asset."),
      503: shared("Unavailable"),
    },
  },
  "POST /api/edge/v1/lint": {
    id: "lintAsset",
    tag: "Resolve",
    text: "What is legal in an asset and yet wrong: builds that can never match, values no agent reports, assignments for comparisons, upper-case digests. Nothing is stored.",
    body: jsonBody("The asset, bare or wrapped.", Asset, {
      simple: { summary: "An asset with nothing to complain of", value: SIMPLE },
      http: {
        summary: "An archive that anyone may change on its way",
        value: { url: "http://assets.example.com/a.tar.gz", sha512: SIMPLE.sha512 },
      },
    }),
    answers: {
      200: json(
        "What was found.",
        LintReport,
        { name: "my-secure-asset", warnings: [FINDING] },
        { headers: ["X-Cache?", "Age?", "Warning?"] },
      ),
      400: invalid("json: cannot unmarshal number into Go struct field Asset.url of type string"),
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
};
