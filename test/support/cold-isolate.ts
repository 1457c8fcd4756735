import type worker from "../../src/index.ts";

let started = 0;

/**
 * The Worker as an isolate has it that has just started. Vite takes a path with another query for another module, so
 * that only src/index.ts is evaluated again: what an isolate remembers hangs on it, and no other module of `src` has any.
 */
export async function coldWorker(): Promise<typeof worker> {
  started += 1;
  const path = `../../src/index.ts?isolate=${started}`;
  const { default: cold } = (await import(path)) as { default: typeof worker };
  return cold;
}
