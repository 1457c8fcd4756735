import { readingOf } from "../context.ts";
import { invalid, type ApiError } from "../errors.ts";
import * as answers from "../http/answers.ts";
import { operation } from "../http/operation.ts";
import { assetIdOf } from "../http/place.ts";
import { CACHE_CONTROL } from "../http/request-headers.ts";
import { redirect } from "../http/respond.ts";
import { RESOLVED } from "./answers.ts";
import { BAD_FACT, EXAMPLE_PATH, MATCHLESS, MISMATCH, ruleParameter } from "./description.ts";
import { namedFacts } from "./facts.ts";
import { factsQuery } from "./facts-query.ts";
import { digestHeader } from "./formats.ts";
import { noMatch } from "./no-match.ts";
import type { Resolved } from "./resolve-asset.ts";
import { copyPath, stateHeader } from "./mirror.ts";
import type { ArchiveHints, ResolveService } from "./service.ts";

interface Uses {
  readonly resolve: ResolveService;
  readonly archiveNotes: ArchiveHints;
}

export const downloadAsset = operation({
  id: "downloadAsset",
  tag: "Resolve",
  summary: "Redirect to the matching archive",
  description:
    "Straight to the archive of that build, or to its copy where the namespace prefers those, for clients that follow redirects and verify digests. The headers to fetch it with are not sent along: `resolve` has them.",
  path: EXAMPLE_PATH,
  query: factsQuery(() => ({ rule: ruleParameter() })),
  headers: [CACHE_CONTROL],
  answers: {
    302: answers.empty("Where the archive is, and what it must hash to.", {
      headers: ["X-Asset-Sha512", "Digest?", "X-Archive-State?", "X-Cache?", "Age?", "Warning?"],
      described: {
        Location: {
          description: "Where the archive is.",
          required: true,
          schema: { type: "string" },
          example: RESOLVED.url,
        },
      },
    }),
    400: answers.invalid(
      BAD_FACT,
      "the facts do not fill these tokens of the asset: url: {{ .labels.region }}",
      "URL must be HTTP or HTTPS",
    ),
    404: answers.notFound(MATCHLESS, "not found", MISMATCH),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { resolve, archiveNotes }: Uses) {
    const { facts, own } = asked.query;
    const named = namedFacts(asked.url.search, facts);
    const id = assetIdOf(asked);
    const found = await resolve.resolve(id, own.rule, named, readingOf(asked));
    const { resolution } = found.value;
    if (resolution.outcome === "none") throw noMatch(asked, resolution);
    const { resolved } = resolution;
    if (resolved.unresolved.length > 0) throw unfilled(resolved);
    // A header holds less than a filled-in url may: line ends and the like are escaped.
    const location = URL.parse(resolved.url);
    if (location === null) throw invalid("URL must be HTTP or HTTPS");
    const digest = digestHeader(resolved.sha512);
    const archive = await archiveNotes.ofBuild(id.namespace, resolved);
    return redirect(archive.mirror === "prefer" ? copyPath(resolved.sha512) : location.href, {
      ...stateHeader(archive.state),
      "X-Asset-Sha512": resolved.sha512,
      ...(digest === null ? {} : { Digest: digest }),
    });
  },
});

function unfilled({ unresolved }: Resolved): ApiError {
  const tokens = unresolved.map(({ where, token }) => `${where}: {{ ${token} }}`).join("; ");
  return invalid(`the facts do not fill these tokens of the asset: ${tokens}`);
}
