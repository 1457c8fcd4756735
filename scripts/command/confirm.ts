// The question before a change, put to a person at a terminal.
import { createInterface } from "node:readline";
import type { CommandIo } from "./io.ts";
import { Mistake } from "./mistake.ts";

/** Whether to go on: yes where no terminal is, as in CI; asked where one is. */
export async function confirmed(question: string, { stdin, stdout, stderr }: CommandIo): Promise<boolean> {
  if (!stdin.isTTY && !stdout.isTTY && !stderr.isTTY) return true;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new Mistake("there is nobody to ask whether to go on", "say --yes to do it without a question");
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
