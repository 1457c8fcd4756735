// The question before a change, put to a person at a terminal.
import { createInterface } from "node:readline";
import type { CommandIo } from "./io.ts";
import { Mistake } from "./mistake.ts";

/** Whether to go on, as a person at the terminal says; throws a mistake where there is no terminal, as in CI. */
export async function confirmed(question: string, { stdin, stderr }: CommandIo): Promise<boolean> {
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new Mistake(
      "nothing was changed: there is no terminal on which to ask whether to go on",
      "say --yes to do it without a question",
    );
  }
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return await new Promise((answered) => {
      terminal.once("close", () => answered(false));
      terminal.question(`${question} [y/N] `, (answer) => answered(/^y(es)?$/i.test(answer.trim())));
    });
  } finally {
    terminal.close();
  }
}
