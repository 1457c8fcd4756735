import * as z from "zod";
import { answerSchema, bodySchema } from "../lib/schema-ref.ts";
import { ServedAsset } from "../definitions/answers.ts";

const Seq = () => z.int().meta({ minimum: 0 });
const commit = () => ({
  seq: Seq().describe("The place in the order of all commits."),
  action: z.enum(["create", "update", "delete"]),
  who: z.string().describe("The principal: a token's subject or a key's name."),
  when: z.iso.datetime(),
  etag: z.string().nullable().describe("The tag of what was written; null after a delete."),
  reason: z.string().nullable().describe("Why, if the writer said."),
});

const DEFINITION =
  "What the asset was after it; null after a delete. For callers who may not write the asset, values of headers not known to be harmless, and userinfo and query of URLs, are `***`.";

/** One commit to an asset. */
export const Revision = answerSchema("Revision", "One commit to an asset: who, when, what and why.", () =>
  z.strictObject(commit()),
);

/** A revision with what the asset then was. */
export const RevisionWithDefinition = answerSchema(
  "RevisionWithDefinition",
  "One commit to an asset, and what the asset was after it.",
  () => z.strictObject({ ...commit(), definition: ServedAsset.zod.nullable().describe(DEFINITION) }),
);

const Patch = () =>
  z
    .record(z.string(), z.unknown())
    .nullable()
    .describe("A merge patch (RFC 7396) from the one to the other; null when the asset was deleted.");
const Lines = () =>
  z.array(z.string()).meta({
    description: "A line for each value that went (`-`) or came (`+`).",
    examples: [['- sha512: "25e0..."', '+ sha512: "0f0f..."']],
  });

/** What changed between two revisions. */
export const Difference = answerSchema("Difference", "What changed between two revisions of an asset.", () =>
  z.strictObject({
    from: Revision.zod.nullable().describe("Null: nothing came before."),
    to: Revision.zod,
    patch: Patch(),
    lines: Lines(),
  }),
);

/** Which revision is written again. */
export const Rollback = bodySchema("Rollback", "The revision to go back to.", () =>
  z.strictObject({
    seq: Seq().meta({ description: "The revision whose definition is written again.", examples: [1] }),
  }),
);

/** A line of the audit. */
export const AuditEntry = answerSchema(
  "AuditEntry",
  "Who did what, when and why; never what was written.",
  () => {
    const { seq, when, who, action, reason } = commit();
    return z.strictObject({
      seq,
      when,
      who,
      action,
      kind: z.enum(["asset", "namespace", "key"]),
      namespace: z.string().describe("Empty for what lies in no namespace."),
      name: z.string(),
      etag: z.string().nullable().describe("The tag of the asset that was written; null for all else."),
      reason,
    });
  },
);

/** One commit as the feed shows it. */
export const Change = answerSchema("Change", "One commit to an asset, as the feed of changes shows it.", () =>
  z.strictObject({
    namespace: z.string(),
    name: z.string(),
    ...commit(),
    definition: ServedAsset.zod.nullable().describe(DEFINITION),
  }),
);

const Cursor = () =>
  z.string().meta({ pattern: "^[\\w-]{1,200}$", examples: ["MGYxZTJkM2M0YjVhNjk3OC40Mg"] });

/** A page of the feed. */
export const Changes = answerSchema(
  "Changes",
  "Commits after a cursor, without gaps, each at least once.",
  () =>
    z.strictObject({
      changes: z.array(Change.zod).describe("In commit order, at most 500 and 4 MiB of definitions."),
      next: Cursor().describe("What to send as `since` next: everything up to here has been shown."),
      complete: z
        .boolean()
        .describe(
          "False when commits after `since` are no longer kept, which happens only from the start: the newest two of every asset are there.",
        ),
    }),
);

/** The answer to a cursor that nothing can go on from. */
export const Gone = answerSchema(
  "Gone",
  "The cursor is no longer valid; `next` is the one to go on from.",
  () =>
    z.strictObject({
      message: z.string().describe("Why commits are missing after the cursor."),
      code: z.literal(2),
      next: Cursor().describe("What to go on from after the assets have been listed again."),
    }),
);

/** What an event `reset` of the stream holds. */
export const Reset = answerSchema(
  "Reset",
  "Why the assets have to be listed again, and the cursor to go on from.",
  () => z.strictObject({ message: z.string(), next: Cursor().nullable() }),
);

/** The last line of an audit that is longer than one stream. */
export const AuditContinue = answerSchema("AuditContinue", "There is more: what to send as `continue`.", () =>
  z.strictObject({ continue: z.string().meta({ pattern: "^[\\w-]+$" }) }),
);

export { Lines, Patch };

/** A commit of `SIMPLE`. */
export const REVISION = {
  seq: 1,
  action: "create",
  who: "ci",
  when: "2026-01-31T12:00:00.000Z",
  etag: '"25e01b962045f4f5"',
  reason: "new release",
};
