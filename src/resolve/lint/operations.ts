import { principalOf } from "../../context.ts";
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
import { Linter, type Finding } from "./linter.ts";

interface Uses {
  readonly archives: {
    wrong(
      grants: ReturnType<typeof principalOf>["grants"],
      asset: Asset,
    ): Promise<readonly { build: number; state: string }[]>;
  };
}

const ARCHIVE_WORDS =
  "The archive does not have this digest, as the last check found. Ask for `archives` of an asset that has it for what came instead";

export const lintAsset = operation({
  id: "lintAsset",
  tag: "Resolve",
  summary: "Lint a definition",
  description:
    "Finds mistakes in an asset that are legal: members that no asset has (the first 20), builds that can never match, values no agent reports, assignments for comparisons, upper-case digests; and archives that are known to have other bytes, where the caller may see an asset that names them. Nothing is stored.",
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
  async handle(asked, { archives }: Uses) {
    const written = await asked.body();
    const { asset } = written;
    // What is known of archives is a hint: without D1, the definition is still linted.
    const wrong = await archives.wrong(principalOf(asked).grants, asset).catch(() => []);
    const warnings = [
      ...findingsIn(written, new Linter()),
      ...wrong.map(({ build, state }): Finding => {
        const where = (asset.builds ?? []).length === 0 ? "url" : `builds.${build}.url`;
        return { rule: "archive", where, message: `${ARCHIVE_WORDS} (${state}).` };
      }),
    ];
    return json(JSON.stringify({ name: written.asset.metadata?.name ?? null, warnings }));
  },
});
