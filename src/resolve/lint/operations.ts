import { readAsset } from "../../definitions/decode.ts";
import { SIMPLE } from "../../definitions/examples.ts";
import { Asset } from "../../definitions/schema.ts";
import * as answers from "../../http/answers.ts";
import { parseBody, readBody } from "../../http/body.ts";
import { operation } from "../../http/operation.ts";
import { json } from "../../http/respond.ts";
import { ref } from "../../lib/schema-ref.ts";
import { FINDING, LintReport } from "./answers.ts";
import { findingsIn } from "./asset-findings.ts";
import { Linter } from "./linter.ts";

export const lintAsset = operation({
  id: "lintAsset",
  tag: "Resolve",
  summary: "Lint a definition",
  description:
    "Finds mistakes in an asset that are legal: members that no asset has (the first 20), builds that can never match, values no agent reports, assignments for comparisons, upper-case digests. Nothing is stored.",
  body: {
    description: "The asset, bare or wrapped.",
    required: true,
    content: {
      "application/json": {
        schema: ref(Asset),
        examples: {
          simple: { summary: "An asset with nothing to complain of", value: SIMPLE },
          http: {
            summary: "An archive that anyone may change on its way",
            value: { url: "http://assets.example.com/a.tar.gz", sha512: SIMPLE.sha512 },
          },
        },
      },
    },
    read: async (request) => readAsset(parseBody(await readBody(request))),
  },
  answers: {
    200: answers.json(
      "What was found.",
      LintReport,
      { name: "my-secure-asset", warnings: [FINDING] },
      { headers: ["X-Cache?", "Age?", "Warning?"] },
    ),
    400: answers.invalid("json: cannot unmarshal number into Go struct field Asset.url of type string"),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked) {
    const written = await asked.body();
    const warnings = findingsIn(written, new Linter());
    return json(JSON.stringify({ name: written.asset.metadata?.name ?? null, warnings }));
  },
});
