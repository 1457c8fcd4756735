import * as z from "zod";
import { principalOf, readingOf } from "../context.ts";
import { SHA512 } from "../definitions/examples.ts";
import * as answers from "../http/answers.ts";
import { operation } from "../http/operation.ts";
import { assetIdOf } from "../http/place.ts";
import { jsonBody } from "../http/request-body.ts";
import { json } from "../http/respond.ts";
import { bodySchema } from "../lib/schema-ref.ts";
import type { AssetId } from "../identity/names.ts";
import type { Reading } from "../store/reading.ts";
import { ARCHIVE, Asked, State, Stored } from "./answers.ts";
import type { ArchiveService } from "./service.ts";
import { URL_CHARACTERS } from "./url-rule.ts";

interface Uses {
  readonly archives: ArchiveService;
  readonly assets: { get(id: AssetId, reading: Reading): Promise<unknown> };
  /** Checks a few archives that are due, after the answer. */
  readonly checkSoon: (waitUntil: (work: Promise<unknown>) => void) => void;
}

const FINDINGS = 100;
const DETAIL_CHARACTERS = 1_000;

export const askForCheck = operation({
  id: "askForCheck",
  tag: "Archives",
  summary: "Check the archives of an asset now",
  description:
    "Makes the archives of an asset due, and begins with a check. `GET .../archives` shows what comes of it; the rest is for the cron, which runs every minute.",
  answers: {
    202: answers.json("They are due.", Asked, { asked: 1 }),
    404: answers.notFound("There is no such asset."),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { archives, assets, checkSoon }: Uses) {
    const id = assetIdOf(asked);
    await assets.get(id, readingOf(asked));
    const count = await archives.ask(id, asked.now);
    if (count > 0) checkSoon(asked.waitUntil);
    return json(JSON.stringify({ asked: count }), {}, 202);
  },
});

const text = (characters: number) =>
  z.string().max(characters, { error: `use at most ${characters} characters` });

const Findings = bodySchema("ArchiveFindings", "What was found of archives on another machine.", () =>
  z.strictObject({
    findings: z
      .array(
        z.strictObject({
          digest: z.string().regex(/^[\da-f]{128}$/, { error: "use 128 lower-case hexadecimal digits" }),
          url: text(URL_CHARACTERS),
          state: State,
          detail: text(DETAIL_CHARACTERS),
          status: z.int().nullable().optional(),
          size: z.int().min(0).nullable().optional(),
          type: text(100).nullable().optional(),
          seen_digest: text(128).nullable().optional(),
          begins_as: text(100).nullable().optional(),
        }),
      )
      .max(FINDINGS, { error: `send at most ${FINDINGS} at once` }),
  }),
);

export const reportFindings = operation({
  id: "reportFindings",
  tag: "Archives",
  summary: "Report what was found of archives elsewhere",
  description:
    "What `npm run assets -- verify --report` sends: findings of a machine that reaches what this server does not, or that has checked already. They are shown with the caller's name. A finding about an archive that an asset uses which the caller may not edit is refused, and all with it.",
  body: jsonBody(Findings, {
    description: "The findings, at most 100.",
    examples: {
      ok: {
        summary: "An archive that has its digest",
        value: {
          findings: [
            { digest: SHA512, url: ARCHIVE.url, state: "ok", detail: ARCHIVE.detail, size: 5_242_880 },
          ],
        },
      },
    },
  }),
  answers: {
    200: answers.json("They are stored.", Stored, { stored: 1 }),
    400: answers.invalid("invalid findings.0.digest: use 128 lower-case hexadecimal digits"),
    403: answers.shared("PermissionDenied"),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { archives }: Uses) {
    const { findings } = await asked.body();
    const { grants, name } = principalOf(asked);
    const reports = findings.map((finding) => ({
      digest: finding.digest,
      url: finding.url,
      state: finding.state,
      detail: finding.detail,
      status: finding.status ?? null,
      size: finding.size ?? null,
      type: finding.type ?? null,
      seenDigest: finding.seen_digest ?? null,
      beginsAs: finding.begins_as ?? null,
    }));
    await archives.report(grants, name, reports, asked.now);
    return json(JSON.stringify({ stored: reports.length }));
  },
});
