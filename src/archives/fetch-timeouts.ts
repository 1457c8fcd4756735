import type { Timer } from "../lib/timer.ts";

/** How long and how much a check may take. */
export interface CheckLimits {
  /** Milliseconds without an answer or without bytes. */
  readonly silenceMs: number;
  /** Milliseconds in all. */
  readonly totalMs: number;
  readonly maxBytes: number;
}

interface TimeoutOptions {
  readonly limits: CheckLimits;
  readonly timer: Timer;
}

/** Ends a fetch that takes too long; says which limit it was. */
export class FetchTimeouts {
  readonly #controller = new AbortController();
  readonly #options: TimeoutOptions;
  readonly #cancelTotal: () => void;
  readonly #ended = Promise.withResolvers<never>();
  #cancelSilence: () => void = () => undefined;
  #why: string | null = null;

  constructor(options: TimeoutOptions) {
    this.#options = options;
    // `race` delivers the rejection; between two races it must not count as unhandled.
    this.#ended.promise.catch(() => undefined);
    const { limits, timer } = options;
    this.#cancelTotal = timer(limits.totalMs, () =>
      this.#end(`it took longer than ${limits.totalMs / 1_000} seconds in all`),
    );
    this.touch();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The limit that was reached; null until then. */
  get why(): string | null {
    return this.#why;
  }

  /** Restarts the limit of silence: something has arrived. */
  readonly touch = (extraMs = 0): void => {
    this.#cancelSilence();
    const { limits, timer } = this.#options;
    const milliseconds = limits.silenceMs + extraMs;
    this.#cancelSilence = timer(milliseconds, () =>
      this.#end(
        extraMs === 0
          ? `nothing came for ${milliseconds / 1_000} seconds`
          : `it did not come within ${Math.round(milliseconds / 1_000)} seconds`,
      ),
    );
  };

  /** Settles as the work does, or rejects as soon as a limit is reached. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#ended.promise]);
  }

  stop(): void {
    this.#cancelTotal();
    this.#cancelSilence();
    this.#controller.abort();
  }

  #end(why: string): void {
    this.#why ??= why;
    this.#controller.abort();
    this.#ended.reject(new Error(why));
  }
}
