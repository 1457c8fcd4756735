import { ApiError } from "../errors.ts";
import { clientAddress } from "./client-address.ts";

/** Failed credentials of one client in a minute; wrangler.toml has the same for the counter that isolates share. */
export const FAILURES_PER_MINUTE = 300;

const PERIOD_MS = 60_000;
/** Clients counted at a time; the one whose minute began first is forgotten first. */
const MAX_CLIENTS = 10_000;

/** Counts a failure of a client where other isolates see it; false when it has had too many. Never rejects. */
export type CountShared = (client: string) => Promise<boolean>;

/** Checks a credential: null when it fails. Calls `beforeLookup` before it asks a store, which may throw. */
export type Check<T> = (beforeLookup: () => void) => Promise<T | null>;

interface Minute {
  readonly startedAt: number;
  /** Failures, and look-ups whose outcome is not known yet. */
  attempts: number;
  /** The shared counter has refused this client. */
  refused: boolean;
}

/**
 * Limits the failed credentials of a client. A look-up is counted before it is made and given back when the credential
 * turns out to be good, so unknown credentials never cost more look-ups than the limit, also when they come all at once.
 * Credentials that need no look-up, being in memory or signed, are never refused here.
 */
export class FailureLimit {
  readonly #countShared: CountShared;
  readonly #minutes = new Map<string, Minute>();

  constructor(countShared: CountShared) {
    this.#countShared = countShared;
  }

  /** Runs a check for the client of a request; a failure is counted. Throws `tooManyRequests` past the limit. */
  async limit<T>(request: Request, now: number, check: Check<T>): Promise<T | null> {
    const client = clientAddress(request);
    let minute: Minute | null = null;
    const count = () => {
      minute ??= this.#count(client, now);
      return minute;
    };
    let failed = false;
    try {
      const found = await check(count);
      failed = found === null;
      if (!failed) return found;
    } finally {
      if (!failed) giveBack(minute);
    }
    const counted = count();
    if (await this.#countShared(client)) return null;
    counted.refused = true;
    throw tooManyFailures();
  }

  /** Counts an attempt of a client in its minute. */
  #count(client: string, now: number): Minute {
    const minute = this.#minuteOf(client, now);
    if (minute.refused || minute.attempts >= FAILURES_PER_MINUTE) throw tooManyFailures();
    minute.attempts += 1;
    return minute;
  }

  #minuteOf(client: string, now: number): Minute {
    const known = this.#minutes.get(client);
    if (known !== undefined && Math.abs(now - known.startedAt) < PERIOD_MS) return known;
    this.#minutes.delete(client);
    const [oldest] = this.#minutes.keys();
    if (oldest !== undefined && this.#minutes.size >= MAX_CLIENTS) this.#minutes.delete(oldest);
    const minute = { startedAt: now, attempts: 0, refused: false };
    this.#minutes.set(client, minute);
    return minute;
  }
}

/** A good credential, or one that no store could check, is no failure. */
function giveBack(minute: Minute | null): void {
  if (minute !== null) minute.attempts -= 1;
}

function tooManyFailures(): ApiError {
  return new ApiError("tooManyRequests", "too many failed credentials; wait a minute", {
    headers: { "Retry-After": "60" },
  });
}
