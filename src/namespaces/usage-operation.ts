import * as z from "zod";
import { namespaceMissing } from "../errors.ts";
import * as answers from "../http/answers.ts";
import { operation } from "../http/operation.ts";
import { namespaceOf } from "../http/place.ts";
import { json } from "../http/respond.ts";
import { answerSchema } from "../lib/schema-ref.ts";
import type { UsageStore } from "../store/usage-store.ts";

const UsageAnswer = answerSchema("Usage", "What a namespace holds. Bytes are those of definitions.", () =>
  z.strictObject({
    namespace: z.string(),
    assets: z.int().min(0),
    builds: z.int().min(0).describe("Archives that agents can be given: an asset without builds is one."),
    definition_bytes: z.int().min(0),
    revisions: z.int().min(0).describe("Commits to assets that are kept."),
    history_bytes: z.int().min(0),
    complete: z
      .boolean()
      .describe(
        "False in a namespace of more than 20,000 assets, 64 MiB of definitions or 20,000 revisions, of which the first were counted.",
      ),
  }),
);

export const getUsage = operation({
  id: "getUsage",
  tag: "Namespaces",
  summary: "Count what a namespace holds",
  description: "Assets, builds and revisions of a namespace, and the bytes of their definitions.",
  answers: {
    200: answers.json("What it holds.", UsageAnswer, {
      namespace: "default",
      assets: 2,
      builds: 3,
      definition_bytes: 1_532,
      revisions: 5,
      history_bytes: 3_960,
      complete: true,
    }),
    404: answers.notFound("There is no such namespace."),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { usage }: { readonly usage: UsageStore }) {
    const namespace = namespaceOf(asked);
    const held = await usage.ofNamespace(namespace);
    if (held === null) throw namespaceMissing(namespace);
    return json(
      JSON.stringify({
        namespace,
        assets: held.assets,
        builds: held.builds,
        definition_bytes: held.definitionBytes,
        revisions: held.revisions,
        history_bytes: held.historyBytes,
        complete: held.isComplete,
      }),
    );
  },
});
