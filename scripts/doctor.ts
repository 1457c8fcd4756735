// npm run doctor: whether everything is as it should be, and what to do where it is not.
import { command, runOf } from "./command/command.ts";
import { accountOption, environmentOption, nameOption, urlOption } from "./command/deployed.ts";
import { runInProcess } from "./command/io.ts";
import { flag, textOr } from "./command/options.ts";
import { examineLocally } from "./deploy/doctor-local.ts";
import { examine } from "./deploy/doctor.ts";
import { shown } from "./deploy/findings.ts";
import { REAL_WORLD } from "./deploy/world.ts";
import { DEFAULT_STATE } from "./local.ts";

export const run = runOf(
  command({
    name: "npm run doctor --",
    summary: "examine a deployment and say what to do about what is wrong; nothing is changed",
    options: {
      local: flag("--local", "the server of npm start"),
      state: textOr("--state <dir>", "its folder of local data", DEFAULT_STATE),
      env: environmentOption,
      name: nameOption,
      account: accountOption,
      url: urlOption,
    },
    examples: ["npm run doctor", "npm run doctor -- --local", "npm run doctor -- --env staging"],
    exitCodes: { 0: "all is well", 1: "something is wrong or could not be examined" },
    async run({ options: { local, state, ...options }, io }) {
      const findings = local
        ? await examineLocally({ state, url: options.url ?? "http://127.0.0.1:8080" }, REAL_WORLD)
        : await examine(options, REAL_WORLD);
      io.stdout.write(shown(findings));
      return findings.some(({ state: found }) => found !== "ok") ? 1 : 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);
