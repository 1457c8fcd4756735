// npm run doctor [-- --env staging | --local]: whether everything is as it should be, and what to do where it is not.
import { parseArgs } from "node:util";
import { examine } from "./deploy/doctor.ts";
import { examineLocally } from "./deploy/doctor-local.ts";
import { shown } from "./deploy/findings.ts";
import { REAL_WORLD } from "./deploy/world.ts";
import { DEFAULT_STATE } from "./local.ts";

try {
  const { values } = parseArgs({
    options: {
      local: { type: "boolean", default: false },
      state: { type: "string", default: DEFAULT_STATE },
      env: { type: "string" },
      name: { type: "string" },
      account: { type: "string" },
      url: { type: "string" },
    },
  });
  const { local, state, ...options } = values;
  const findings = local
    ? await examineLocally({ state, url: options.url ?? "http://127.0.0.1:8080" }, REAL_WORLD)
    : await examine(options, REAL_WORLD);
  process.stdout.write(shown(findings));
  if (findings.some(({ state: found }) => found !== "ok")) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
