import { readingOf } from "../context.ts";
import * as answers from "../http/answers.ts";
import * as common from "../http/common-parameters.ts";
import { operation } from "../http/operation.ts";
import { assetIdOf } from "../http/place.ts";
import { strictQuery } from "../http/query.ts";
import { CACHE_CONTROL } from "../http/request-headers.ts";
import { json, text } from "../http/respond.ts";
import { ref } from "../lib/schema-ref.ts";
import { servedHeaders } from "../http/served.ts";
import { Matrix, RESOLVED } from "./answers.ts";
import { alignedTable } from "./formats.ts";
import { BAD_RULE, EXAMPLE_PATH, EXHAUSTED, ruleParameter, SERVED } from "./description.ts";
import type { Resolution } from "./resolve-asset.ts";
import type { ResolveService } from "./service.ts";

export const showMatrix = operation({
  id: "showMatrix",
  tag: "Resolve",
  summary: "List which build each platform gets",
  description:
    "Which build each of the usual platforms gets: Linux distributions, Windows, macOS, BSD, by architecture.",
  path: EXAMPLE_PATH,
  query: strictQuery(() => ({ rule: ruleParameter(), format: common.jsonOrText() })),
  headers: [CACHE_CONTROL],
  answers: {
    200: answers.content(
      "A row per platform.",
      {
        "application/json": {
          schema: ref(Matrix),
          example: {
            asset: EXAMPLE_PATH.name,
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
        "text/plain; charset=utf-8": {
          schema: { type: "string" },
          example:
            "PLATFORM            OS     ARCH   BUILD  ARCHIVE\nubuntu-24.04-amd64  linux  amd64  0      0f0f0f0f0f0f https://...\n",
        },
      },
      { headers: SERVED },
    ),
    400: answers.invalid(BAD_RULE, EXHAUSTED),
    404: answers.notFound("There is no such asset."),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { resolve }: { readonly resolve: ResolveService }) {
    const { rule, format } = asked.query;
    const id = assetIdOf(asked);
    const found = await resolve.matrix(id, rule, readingOf(asked));
    const matrix = found.value;
    const rows = matrix.rows.map(({ platform, resolution }) => {
      const { os, arch } = platform.entity.system;
      return Object.assign({ platform: platform.name, os, arch }, cellOf(resolution));
    });
    const headers = servedHeaders(found, asked.spent);
    if (format === "json") {
      return json(JSON.stringify({ asset: id.name, etag: matrix.etag, rule, platforms: rows }), headers);
    }
    const cells = rows.map(({ platform, os, arch, build, url, sha512, reason }) =>
      build === null
        ? [platform, os, arch, "-", reason ?? ""]
        : [platform, os, arch, String(build), `${sha512?.slice(0, 12)} ${url}`],
    );
    return text(alignedTable([["PLATFORM", "OS", "ARCH", "BUILD", "ARCHIVE"], ...cells]), headers);
  },
});

function cellOf(resolution: Resolution) {
  if (resolution.outcome === "none") {
    return { build: null, url: null, sha512: null, reason: resolution.reasons.at(-1) ?? "there is no build" };
  }
  const { build, url, sha512 } = resolution.resolved;
  return { build, url, sha512, reason: null };
}
