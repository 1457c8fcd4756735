// The command `npm run assets`: its subcommands, and what they have in common.
import { group, runOf } from "../command/command.ts";
import type { Run } from "../command/io.ts";
import { apply } from "./apply.ts";
import { diff } from "./diff.ts";
import { dump } from "./dump.ts";
import { history } from "./history.ts";
import { ENVIRONMENT } from "../command/deployment.ts";
import { plan } from "./plan.ts";
import { rollback } from "./rollback.ts";
import { verify } from "./verify.ts";

/** Runs a subcommand; resolves to its exit code. */
export const runAssets: Run = runOf(
  group(
    {
      name: "npm run --silent assets --",
      summary: "the assets of a deployment as files, and their history",
      examples: [
        "npm run --silent assets -- dump --out assets.yaml",
        "npm run --silent assets -- plan assets.yaml",
        "npm run --silent assets -- apply assets.yaml",
      ],
      exitCodes: {
        0: "nothing to do or done",
        1: "an error",
        2: "changes are planned, or an archive is wrong",
      },
      environment: ENVIRONMENT,
    },
    [dump, plan, apply, diff, history, rollback, verify],
  ),
);
