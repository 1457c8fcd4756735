import { excerpt } from "../lib/excerpt.ts";
import { beginningOf } from "./first-bytes.ts";
import type { Outcome, Reply } from "./fetch-archive.ts";
import { findingOf, type Finding } from "./state.ts";

/** How long a host is left alone that limits requests and does not say for how long; and the bounds of what it may say. */
const DEFAULT_PARK_MS = 15 * 60_000;
const SHORTEST_PARK_MS = 60_000;
const LONGEST_PARK_MS = 24 * 3_600_000;
/** How long a host that does not answer is left alone. */
const SILENT_PARK_MS = 5 * 60_000;
const TYPE_CHARACTERS = 100;
const TAG_CHARACTERS = 1_000;

/** Says what the outcome of a fetch means for an archive that must have this digest. `now` in milliseconds. */
export function judge(outcome: Outcome, digest: string, now: number): Finding {
  switch (outcome.kind) {
    case "finding": {
      const { finding } = outcome;
      return finding.state === "unreachable"
        ? { ...finding, parkMs: finding.parkMs ?? SILENT_PARK_MS }
        : finding;
    }
    case "same":
      return findingOf("ok", "the host says that the bytes are those of the last time", {
        status: 304,
        ...validatorsOf(outcome.reply),
      });
    case "status":
      return judgeStatus(outcome, now);
    default:
      return judgeBytes(outcome, digest);
  }
}

function judgeBytes({ found, consumed }: Extract<Outcome, { kind: "bytes" }>, digest: string): Finding {
  const { reply } = found;
  const type = typeOf(reply);
  const beginning = consumed.first === null ? null : beginningOf(consumed.first);
  const seen = {
    status: reply.status,
    size: consumed.size,
    type,
    seenDigest: consumed.digest,
    beginsAs: beginning?.name ?? null,
    isHashed: true,
    ...validatorsOf(reply),
  };
  const encoding = reply.header("Content-Encoding") ?? "identity";
  const encoded = /^\s*(?:identity)?\s*$/i.test(encoding)
    ? ""
    : `; it is served with Content-Encoding: ${excerpt(encoding, TYPE_CHARACTERS)}, so clients that decode that get other bytes`;
  if (consumed.digest === digest)
    return findingOf("ok", `the bytes have the digest of the definition${encoded}`, seen);
  const what = `${reply.status}, ${type ?? "no content type"}, ${consumed.size} bytes`;
  const isNone = beginning?.isArchive === false;
  const begins = beginning === null ? "" : `; they begin as ${beginning.name}`;
  if (isNone) {
    const advice = beginning.name === "an HTML page" ? ": a login or an error page with a good status?" : "";
    return findingOf(
      "not_an_archive",
      `${what}: it is ${beginning.name}, no archive${advice}${encoded}`,
      seen,
    );
  }
  return findingOf(
    "wrong_digest",
    `${what}: the bytes hash to ${consumed.digest}, and the definition says ${digest}${begins}${encoded}`,
    seen,
  );
}

function judgeStatus(
  { reply, host, isConditional }: Extract<Outcome, { kind: "status" }>,
  now: number,
): Finding {
  const { status } = reply;
  const seen = { status, type: typeOf(reply) };
  if (status === 404 || status === 410)
    return findingOf("gone", `${host} answers ${status}: there is no such file`, seen);
  if (status === 401 || status === 403 || status === 407 || status === 451) {
    return findingOf(
      "refused",
      `${host} answers ${status}: the headers of the definition do not open it`,
      seen,
    );
  }
  if (status === 429 || status === 503) {
    const parkMs = parkOf(reply.header("Retry-After"), now);
    const why = status === 429 ? "it limits requests" : "it is overloaded or closed";
    return findingOf(
      "unreachable",
      `${host} answers ${status}: ${why}, and is left alone for ${Math.ceil(parkMs / 60_000)} minutes`,
      {
        ...seen,
        parkMs,
      },
    );
  }
  if (status === 304) {
    return findingOf("unreachable", `${host} answers 304 to a question without conditions`, seen);
  }
  const what = status >= 500 ? "an error of its own" : "neither the file nor that there is none";
  const condition = isConditional ? ", to a conditional question" : "";
  return findingOf("unreachable", `${host} answers ${status}: ${what}${condition}`, seen);
}

/** Milliseconds, bounded: by seconds or by a date (RFC 9110 §10.2.3). */
export function parkOf(retryAfter: string | null, now: number): number {
  const text = retryAfter?.trim() ?? "";
  const asked = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  if (Number.isNaN(asked)) return DEFAULT_PARK_MS;
  return Math.min(Math.max(asked, SHORTEST_PARK_MS), LONGEST_PARK_MS);
}

function typeOf({ header }: Reply): string | null {
  const type = header("Content-Type");
  return type === null ? null : excerpt(type, TYPE_CHARACTERS);
}

function validatorsOf({ header }: Reply): Pick<Finding, "etag" | "lastModified"> {
  return { etag: tagOf(header("ETag")), lastModified: dateOf(header("Last-Modified")) };
}

/** One that could not be sent back is none. */
function tagOf(text: string | null): string | null {
  return text !== null && text.length <= TAG_CHARACTERS && /^(?:W\/)?"[!#-~]*"$/.test(text) ? text : null;
}

function dateOf(text: string | null): string | null {
  return text !== null && /^[\w ,:+-]{10,50}$/.test(text) ? text : null;
}
