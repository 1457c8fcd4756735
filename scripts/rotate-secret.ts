// npm run rotate-secret: a new secret signs tokens, those of the old one stay valid until --finish. No secret is printed.
import { command, DONE_OR_FAILED, runOf } from "./command/command.ts";
import { accountOption, environmentOption, nameOption } from "./command/deployed.ts";
import { runInProcess } from "./command/io.ts";
import { Mistake } from "./command/mistake.ts";
import { flag, textOr } from "./command/options.ts";
import { rotate } from "./deploy/rotate.ts";
import { REAL_WORLD } from "./deploy/world.ts";
import { DEFAULT_STATE } from "./local.ts";

export const run = runOf(
  command({
    name: "npm run rotate-secret --",
    summary: "sign tokens with a new secret; those of the old one stay valid until --finish",
    options: {
      finish: flag("--finish", "end the tokens of old secrets; run it when the sessions have moved"),
      now: flag("--now", "both at once, when a secret has leaked: everyone logs in again"),
      yes: flag("-y, --yes", "what --now needs"),
      local: flag("--local", "the server of npm start"),
      state: textOr("--state <dir>", "its folder of local data", DEFAULT_STATE),
      env: environmentOption,
      name: nameOption,
      account: accountOption,
    },
    examples: [
      "npm run rotate-secret",
      "npm run rotate-secret -- --finish",
      "npm run rotate-secret -- --now --yes",
    ],
    exitCodes: DONE_OR_FAILED,
    async run({ options: { finish, now, local, state, ...rest } }) {
      if (finish && now) throw new Mistake("--finish and --now are two things", "give one of them");
      const phase = now ? "now" : finish ? "finish" : "begin";
      await rotate({ ...rest, phase, ...(local ? { state } : {}) }, REAL_WORLD);
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);
