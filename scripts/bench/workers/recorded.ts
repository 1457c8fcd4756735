// Ours, with every statement of D1 recorded: asked for what statements cost.
import { env } from "cloudflare:workers";
import ours from "../../../src/index.ts";
import { recordingDatabase } from "../../../test/support/recorded-statements.ts";
import { JOURNAL_KEY } from "../../../src/freshness/journal-keeper.ts";
import type { StatementCost } from "./statement-cost.ts";

/** Where the statements since the last look are listed, as JSON. */
const STATEMENTS = "/statements";
/** Where the journal is shown as it lies in KV. */
const JOURNAL = "/journal";

let ran: StatementCost[] = [];
const database = recordingDatabase(env.DB, ({ sql, rowsRead, rowsChanged, rowsReturned }) => {
  ran.push({ sql, rowsRead, rowsChanged, rowsReturned });
});
const recorded = { ...env, DB: database };

export default {
  async fetch(request, _env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === JOURNAL) return new Response(await env.CACHE.get(JOURNAL_KEY));
    if (pathname !== STATEMENTS) return ours.fetch(request, recorded, ctx);
    const answer = Response.json(ran);
    ran = [];
    return answer;
  },

  scheduled: (controller, _env) => ours.scheduled(controller, recorded),
} satisfies ExportedHandler<Env>;
