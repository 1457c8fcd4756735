import { wrangler } from "./wrangler.ts";

/** Settings by name; what is not there is undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Runs wrangler to its end; resolves to what it printed, and throws a `WranglerFailure` with its complaint. */
export type Wrangler = (args: readonly string[], environment: Environment) => Promise<string>;

/** What the commands that deploy take from around them; tests bring their own. */
export interface World {
  readonly environment: Environment;
  /** One line for whoever watches. */
  readonly say: (line: string) => void;
  /** Whether a person sees what is said, and nobody keeps it. */
  readonly terminal: boolean;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly wrangler: Wrangler;
}

/** The world of a process. */
export const REAL_WORLD: World = {
  environment: process.env,
  say: (line) => console.log(line),
  terminal: process.stdout.isTTY,
  clock: () => Date.now(),
  sleep: (ms) =>
    new Promise((done) => {
      setTimeout(done, ms);
    }),
  wrangler,
};
