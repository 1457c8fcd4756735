// What `verify` ends with: a row an archive, the worst first, and what was seen of those that are not right.
import { STATES, type ArchiveState, type Finding } from "../../../src/archives/state.ts";
import { table } from "../../command/table.ts";
import { counted, painter, printable, type Colour } from "../../command/terminal.ts";
import type { CommandIo } from "../../command/io.ts";
import type { Named } from "./archives.ts";

/** An archive with what was found of it; `isCached` where that was another time. */
export interface Checked {
  readonly archive: Named;
  readonly finding: Finding;
  readonly isCached: boolean;
}

/** The worst first. */
const ORDER: readonly ArchiveState[] = [
  "wrong_digest",
  "not_an_archive",
  "gone",
  "refused",
  "unreachable",
  "too_large",
  "not_checkable",
  "unknown",
  "ok",
];

const WORDS: Readonly<Record<ArchiveState, string>> = {
  wrong_digest: "wrong digest",
  not_an_archive: "not an archive",
  gone: "gone",
  refused: "refused",
  unreachable: "unreachable",
  too_large: "too large",
  not_checkable: "not checkable",
  unknown: "unknown",
  ok: "ok",
};

/** What programs get of an archive. */
export function forPrograms({ archive, finding, isCached }: Checked) {
  const { digest, url, headers } = archive.source;
  const { state, detail, status, size, type, seenDigest, beginsAs } = finding;
  return {
    digest,
    url,
    has_headers: headers !== "",
    state,
    detail,
    status,
    size,
    type,
    seen_digest: seenDigest,
    begins_as: beginsAs,
    cached: isCached,
    users: archive.uses,
  };
}

/** The table for people. */
export function shownTable(all: readonly Checked[], io: CommandIo): string {
  const paint = painter(io);
  const sorted = [...all].sort((a, b) => ORDER.indexOf(a.finding.state) - ORDER.indexOf(b.finding.state));
  const rows = sorted.map(({ archive, finding, isCached }) => [
    WORDS[finding.state] + (isCached ? " (cached)" : ""),
    usersOf(archive),
    printable(archive.source.url),
  ]);
  const shown = table([["STATE", "ASSETS", "ARCHIVE"], ...rows]);
  const details = sorted
    .filter(({ finding }) => finding.state !== "ok")
    .map(({ archive, finding }) =>
      [
        "",
        paint(colourOf(finding.state), `${WORDS[finding.state]}: ${archive.source.url}`),
        `  ${printable(finding.detail)}`,
        ...(finding.state === "wrong_digest" || finding.state === "not_an_archive"
          ? [`  expected  ${archive.source.digest}`, `  seen      ${finding.seenDigest ?? "-"}`]
          : []),
        "",
      ].join("\n"),
    );
  const counts = STATES.map(
    (state) => [state, all.filter(({ finding }) => finding.state === state).length] as const,
  )
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${WORDS[state]}`);
  return `${shown}${details.join("")}\n${counted(all.length, "archive")}: ${counts.join(", ")}\n`;
}

function usersOf({ uses }: Named): string {
  const [first] = uses;
  if (first === undefined) return "-";
  const more = uses.length === 1 ? "" : ` and ${uses.length - 1} more`;
  return printable(`${first.namespace}/${first.name} build ${first.build}${more}`);
}

function colourOf(state: ArchiveState): Colour {
  return state === "not_checkable" || state === "too_large" ? "yellow" : "red";
}
