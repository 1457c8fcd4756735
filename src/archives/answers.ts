import * as z from "zod";
import { SHA512 } from "../definitions/examples.ts";
import { answerSchema } from "../lib/schema-ref.ts";
import { STATES } from "./state.ts";

const Time = () => z.iso.datetime().nullable();
export const State = z.enum(STATES);

const archive = () => ({
  digest: z.string().describe("SHA-512 in lower-case hexadecimal, as the definitions say it."),
  url: z.string(),
  host: z.string().describe("Empty where the URL cannot be read."),
  has_headers: z
    .boolean()
    .describe("Whether the definition has headers to fetch it with. They are not shown."),
  state: State.describe("What the last check found; docs/archives.md says what to do about each."),
  detail: z.string().describe("What was seen, for people."),
  status: z.int().nullable().describe("The status of the host's answer."),
  size: z.int().nullable().describe("Bytes."),
  type: z.string().nullable().describe("The content type."),
  seen_digest: z.string().nullable().describe("What the bytes that came hash to."),
  begins_as: z.string().nullable().describe("What the first bytes are."),
  checked_at: Time(),
  checked_by: z.string().nullable().describe("`archive-check`, or the principal who reported it."),
  verified_at: Time().describe("When this server last saw the right bytes there itself."),
  due_at: Time().describe("When it is checked next; null: never, unless somebody asks."),
  copied: z.boolean().describe("Whether there is a copy: `GET /api/edge/v1/archives/sha512/{digest}`."),
});

/** An archive of a build. */
export const BuildArchive = answerSchema("BuildArchive", "The archive of one build of an asset.", () =>
  z.strictObject({ build: z.int().min(0).describe("The place among the builds, from 0."), ...archive() }),
);

/** The archives of an asset. */
export const AssetArchives = answerSchema("AssetArchives", "What is known of the archives of an asset.", () =>
  z.strictObject({
    asset: z.string(),
    archives: z.array(BuildArchive.zod).describe("In the order of the builds."),
  }),
);

/** An archive and who uses it. */
export const Archive = answerSchema("Archive", "An archive, and the builds that use it.", () =>
  z.strictObject({
    ...archive(),
    users: z
      .array(z.strictObject({ namespace: z.string(), name: z.string(), build: z.int().min(0) }))
      .describe("The builds that the caller may see, of the first 200."),
  }),
);

export const Asked = answerSchema("CheckAsked", "How many archives are checked because of this.", () =>
  z.strictObject({
    asked: z
      .int()
      .min(0)
      .describe("Those that were checked within the last minute, or are being checked, are left out."),
  }),
);

export const Stored = answerSchema("FindingsStored", "How many findings were stored.", () =>
  z.strictObject({ stored: z.int().min(0) }),
);

export const Mirror = answerSchema("Mirror", "How a namespace uses copies of archives.", () =>
  z.strictObject({ namespace: z.string(), mirror: z.enum(["off", "fallback", "prefer"]) }),
);

/** An archive that is right. */
export const ARCHIVE = {
  digest: SHA512,
  url: "https://assets.example.com/my-secure-asset.tar.gz",
  host: "assets.example.com",
  has_headers: true,
  state: "ok",
  detail: "the bytes have the digest of the definition",
  status: 200,
  size: 5_242_880,
  type: "application/gzip",
  seen_digest: SHA512,
  begins_as: "a gzip archive",
  checked_at: "2026-01-31T12:00:00.000Z",
  checked_by: "archive-check",
  verified_at: "2026-01-31T12:00:00.000Z",
  due_at: "2026-02-01T11:12:13.000Z",
  copied: true,
};
