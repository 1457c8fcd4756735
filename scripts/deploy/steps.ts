// What has been done so far, said line by line; and what to say when it ends early.
import { adviceFor } from "./advice.ts";
import type { World } from "./world.ts";

/** The end of the way: what went wrong, what to do, and how to go back when something was changed. */
export class Stopped extends Error {
  readonly todo: readonly string[];

  constructor(message: string, ...todo: readonly string[]) {
    super(message);
    this.name = "Stopped";
    this.todo = todo;
  }
}

/** What a step tells: the line that is said, and how to undo it when that can be needed. */
export interface Told {
  readonly said: string;
  /** Whether something at Cloudflare is not as it was. */
  readonly changed?: boolean;
  readonly wayBack?: string;
}

/** A step's line and its result. */
export type Step<T> = Promise<[Told, T]>;

const WIDTH = 12;

export class Steps {
  readonly #say: World["say"];
  readonly #done: string[] = [];
  readonly #waysBack: string[] = [];

  constructor(say: World["say"]) {
    this.#say = say;
  }

  /** One step: its line when it is done, an error that tells everything when it fails. */
  async take<T>(name: string, work: () => Step<T>): Promise<T> {
    try {
      const [told, result] = await work();
      this.tell(name, told);
      return result;
    } catch (error) {
      throw this.#ended(name, error);
    }
  }

  /** A line of a step that is still under way. */
  tell(name: string, { said, changed = false, wayBack }: Told): void {
    this.#say(`${name.padEnd(WIDTH)}${said}`);
    if (changed) this.#done.push(`${name}: ${said}`);
    if (wayBack !== undefined) this.#waysBack.push(wayBack);
  }

  #ended(name: string, error: unknown): Error {
    const message = error instanceof Error ? error.message : String(error);
    const todo = error instanceof Stopped ? error.todo : adviceFor(error);
    const done = this.#done.length === 0 ? ["nothing was changed"] : this.#done;
    const lines = [
      `${name} failed: ${message}`,
      ...section("Done so far:", done),
      ...section("What to do:", todo),
      ...section("The way back:", this.#waysBack),
    ];
    return new Error(lines.join("\n"), { cause: error });
  }
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}
