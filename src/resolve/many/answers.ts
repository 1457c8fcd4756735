import * as z from "zod";
import { answerSchema } from "../../lib/schema-ref.ts";
import { Resolved, RESOLVED } from "../answers.ts";

/** The outcome of each asset of a question. */
export const ResolvedMany = answerSchema(
  "ResolvedMany",
  "What a machine gets of each asset, in byte order of their names.",
  () => {
    const resolved = Resolved.zod;
    if (!(resolved instanceof z.ZodObject)) throw new Error("a resolution is an object");
    const { url, sha512, headers, build, unresolved, mirror_url, mirror } = resolved.shape;
    const chosen = z.strictObject({
      name: z.string(),
      outcome: z.literal("resolved"),
      url,
      sha512,
      headers,
      build,
      unresolved,
      mirror_url,
      mirror,
    });
    const without = z.strictObject({
      name: z.string(),
      outcome: z
        .enum(["none", "missing", "failed"])
        .describe(
          "`none`: no build is for this machine. `missing`: there is no such asset, or the credential does not show it. `failed`: its filters or its answer take too much work, or no store can say whether it exists.",
        ),
      message: z.string().describe("Why."),
    });
    return z.strictObject({ assets: z.array(z.union([chosen, without])) });
  },
);

const { etag: _, ...BUILD } = RESOLVED;

/** What a machine that runs Linux gets, asked for one asset that there is and one that there is not. */
export const RESOLVED_MANY = {
  assets: [
    { name: "none", outcome: "missing", message: "no asset named none in namespace default" },
    { name: "sensu/http-checks", outcome: "resolved", ...BUILD },
  ],
};

/** The same as lines. */
export const RESOLVED_MANY_LINES = `ASSET_COUNT='2'
ASSET_NAME='none'
ASSET_OUTCOME='missing'
ASSET_MESSAGE='no asset named none in namespace default'
ASSET_NAME='sensu/http-checks'
ASSET_OUTCOME='resolved'
ASSET_URL='${BUILD.url}'
ASSET_SHA512='${BUILD.sha512}'
ASSET_BUILD='0'
ASSET_UNRESOLVED=''
ASSET_HEADERS='0'
`;
