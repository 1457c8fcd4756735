// Ours, with every statement of D1 recorded: asked for what statements cost.
import { env } from "cloudflare:workers";
import ours from "../../../src/index.ts";
import { recordingDatabase } from "../../../test/support/recorded-statements.ts";
import type { StatementCost } from "./statement-cost.ts";

/** Where the statements since the last look are listed, as JSON. */
const STATEMENTS = "/statements";

let ran: StatementCost[] = [];
const database = recordingDatabase(env.DB, ({ sql, rowsRead, rowsChanged, rowsReturned }) => {
  ran.push({ sql, rowsRead, rowsChanged, rowsReturned });
});
const recorded = { ...env, DB: database };

export default {
  fetch(request, _env, ctx) {
    if (new URL(request.url).pathname !== STATEMENTS) return ours.fetch(request, recorded, ctx);
    const answer = Response.json(ran);
    ran = [];
    return answer;
  },

  scheduled: (controller, _env) => ours.scheduled(controller, recorded),
} satisfies ExportedHandler<Env>;
