import { headerParts, shellLine } from "../formats.ts";
import type { MirrorMembers } from "../mirror.ts";
import type { Resolved } from "../resolve-asset.ts";
import type { Outcome } from "./outcomes.ts";

/** How an answer is written. */
export interface Format {
  /** Throws `invalidArgument` for an outcome that the format cannot hold. */
  readonly outcome: (outcome: Outcome) => string;
  readonly whole: (outcomes: readonly string[]) => string;
}

/** An asset a line, so that people can read what differs between two answers. */
const JSON_FORMAT: Format = {
  outcome: (outcome) =>
    JSON.stringify(
      outcome.outcome === "resolved"
        ? { name: outcome.name, outcome: outcome.outcome, ...outcome.resolved }
        : outcome,
    ),
  whole: (outcomes) => `{"assets":[${outcomes.join(",\n")}]}`,
};

/**
 * `KEY='value'` lines, to be read and not to be evaluated: `ASSET_COUNT`, then a block for each asset that begins with
 * `ASSET_NAME`. No value holds a line break, so none can pass for a line of its own.
 */
const ENV_FORMAT: Format = {
  outcome: (outcome) =>
    shellLine("ASSET_NAME", outcome.name) +
    shellLine("ASSET_OUTCOME", outcome.outcome) +
    (outcome.outcome === "resolved"
      ? resolvedLines(outcome.resolved)
      : shellLine("ASSET_MESSAGE", oneLine(outcome.message))),
  whole: (outcomes) => shellLine("ASSET_COUNT", String(outcomes.length)) + outcomes.join(""),
};

export const FORMATS = { json: JSON_FORMAT, env: ENV_FORMAT };

function resolvedLines(resolved: Resolved & MirrorMembers): string {
  const { url, sha512, headers, build, unresolved, mirror, mirror_url } = resolved;
  const parts = headerParts(headers);
  return [
    shellLine("ASSET_URL", url.replaceAll(CONTROL, encodeURIComponent)),
    shellLine("ASSET_SHA512", oneLine(sha512)),
    shellLine("ASSET_BUILD", String(build)),
    mirror_url === undefined ? "" : shellLine("ASSET_MIRROR_URL", oneLine(mirror_url)),
    mirror === undefined ? "" : shellLine("ASSET_MIRROR", mirror),
    shellLine("ASSET_UNRESOLVED", oneLine(unresolved.map(({ token }) => token).join(" "))),
    shellLine("ASSET_HEADERS", String(parts.length)),
    ...parts.map((part, index) => shellLine(`ASSET_HEADER_${index}`, oneLine(part))),
  ].join("");
}

// Control characters end lines, confuse terminals, and a shell cannot hold a NUL.
const CONTROL = /\p{Cc}/gu;

function oneLine(text: string): string {
  return text.replaceAll(CONTROL, " ");
}
