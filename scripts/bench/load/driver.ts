import { fork } from "node:child_process";
import { once } from "node:events";
import type { Plan, Sent } from "./client.ts";
import type { Outcome } from "./process.ts";

/** A process of its own that makes load, so that nothing else runs on its core. */
export interface LoadProcess {
  /** Throws when an answer is not as planned, or the process ends. */
  readonly run: (plan: Plan) => Promise<Sent>;
  readonly stop: () => void;
}

export function startLoad(): LoadProcess {
  const child = fork(new URL("process.ts", import.meta.url), { serialization: "advanced" });
  const ended = once(child, "exit").then(() => ({ problem: "the process that makes load has ended" }));
  return {
    async run(plan) {
      const answered = once(child, "message").then(([outcome]) => outcome as Outcome);
      child.send(plan);
      const outcome: Outcome = await Promise.race([answered, ended]);
      if ("problem" in outcome) throw new Error(outcome.problem);
      return outcome.sent;
    },
    stop: () => void child.kill(),
  };
}
