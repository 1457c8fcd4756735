// npm start: migrates the local D1, serves the Worker on loopback and prints a token for everything.
import { command, runOf } from "./command/command.ts";
import { runInProcess } from "./command/io.ts";
import { textOr, valueOr, wholeNumber } from "./command/options.ts";
import { DEFAULT_STATE } from "./local.ts";
import { start } from "./start/start.ts";

export const run = runOf(
  command({
    name: "npm start --",
    summary: "serve the Worker on this machine, with local data",
    details:
      "Migrates the local database, serves on 127.0.0.1 until it is interrupted, and prints a token that may do everything. Only one " +
      "server at a time can use a folder of local data.",
    options: {
      port: valueOr("--port <n>", "the port to serve on", wholeNumber(1, 65_535), "8080"),
      state: textOr("--state <dir>", "the folder of local data, made if there is none", DEFAULT_STATE),
      archives: valueOr(
        "--archives <n>",
        "the port on which the archives of examples/ can be fetched; 0 serves none",
        wholeNumber(0, 65_535),
        "8079",
      ),
    },
    examples: ["npm start", "npm start -- --port 8181 --state /tmp/edge-assets"],
    exitCodes: { 0: "stopped", 1: "an error" },
    remedyFor: (operand) => (/^\d+$/.test(operand) ? `for a port: npm start -- --port ${operand}` : null),
    run: ({ options, io }) => start(options, io),
  }),
);

if (import.meta.main) await runInProcess(run);
