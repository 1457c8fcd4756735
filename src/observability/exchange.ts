import type { Spent } from "./spent.ts";

/** One request and its answer, as the log and the metrics see them. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly requestId: string;
  /** The path in the route table; null when there is none for the request. */
  readonly route: string | null;
  /** Who asked; null when not authenticated. */
  readonly principal: string | null;
  /** Milliseconds. They pass at I/O only: the runtime stops the clock while code runs. */
  readonly ms: number;
  readonly spent: Spent;
  /** What ended in a 5xx, or broke a stream. */
  readonly fault?: unknown;
}
