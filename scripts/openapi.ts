// npm run openapi: writes public/openapi.json from the operations of src/routes.ts.
import { writeFileSync } from "node:fs";
import { routes } from "../src/routes.ts";
import { command, DONE_OR_FAILED, runOf } from "./command/command.ts";
import { runInProcess } from "./command/io.ts";
import { documentText } from "./openapi/document.ts";

const FILE = "public/openapi.json";

export const run = runOf(
  command({
    name: "npm run openapi --",
    summary: `write ${FILE} from the operations of src/routes.ts`,
    options: {},
    examples: ["npm run openapi"],
    exitCodes: DONE_OR_FAILED,
    async run({ io }) {
      writeFileSync(FILE, documentText(routes));
      io.stdout.write(`${FILE}: ${routes.length} operations\n`);
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);
