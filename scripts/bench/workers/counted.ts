// Ours, with every call of its bindings counted; asked for the figures only, never timed.
import ours from "../../../src/index.ts";
import { countedBindings, type Asked } from "../../../test/support/counted-bindings.ts";
import type { Counts } from "./counts.ts";

/** Where the counts of this isolate are told, as JSON. */
const COUNTS = "/counts";

const asked: Asked = { queries: 0, batches: 0, kvGets: 0, kvPuts: 0 };
const counted = countedBindings(asked);

export default {
  fetch(request, _env, ctx) {
    if (new URL(request.url).pathname === COUNTS) return Response.json(asked satisfies Counts);
    return ours.fetch(request, counted, ctx);
  },
} satisfies ExportedHandler<Env>;
