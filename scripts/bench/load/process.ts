// The process that makes load: one plan at a time, from whoever has forked it.
import { carryOut, type Plan, type Sent } from "./client.ts";

/** What this process answers to a plan. */
export type Outcome = { readonly sent: Sent } | { readonly problem: string };

process.on("message", (plan: Plan) => {
  carryOut(plan).then(
    (sent) => process.send?.({ sent } satisfies Outcome),
    (error: unknown) => process.send?.({ problem: String(error) } satisfies Outcome),
  );
});
