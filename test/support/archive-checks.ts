import { env } from "cloudflare:workers";
import { ArchiveChecker } from "../../src/archives/checker.ts";
import type { CheckerOptions } from "../../src/archives/checker-options.ts";
import type { Get } from "../../src/archives/fetch-archive.ts";
import { followCommits } from "../../src/archives/follow.ts";
import { STATES } from "../../src/archives/state.ts";
import { PUBLIC_ONLY } from "../../src/archives/url-rule.ts";
import { digestStreamHasher } from "../../src/archives/worker-fetch.ts";
import { hexOf } from "../../src/lib/hex.ts";
import { runtimeTimer } from "../../src/lib/timer.ts";
import type { ArchiveStores } from "../../src/store/archive-store.ts";
import { d1Archives } from "../../src/store/d1/archives.ts";
import { withoutJournal } from "./run-commit.ts";
import { testScope } from "./scope.ts";

/** Hosts that serve what a test says, a clock that it sets, and checkers that ask them. */
export class CheckWorld {
  /** Milliseconds since the epoch. */
  now = Date.now();
  /** What is answered, by URL; nothing answers elsewhere. */
  readonly served = new Map<string, () => Response | Promise<Response>>();
  readonly requests: { readonly url: string; readonly headers: Readonly<Record<string, string>> }[] = [];
  readonly lines: Record<string, unknown>[] = [];

  get stores(): ArchiveStores {
    return d1Archives(env.DB, withoutJournal(undefined, 0), STATES);
  }

  readonly get: Get = async (url, headers) => {
    this.requests.push({ url, headers });
    const answer = this.served.get(url);
    if (answer === undefined) throw new Error("connect ECONNREFUSED");
    const response = await answer();
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      body: response.body,
    };
  };

  /** Takes all commits into the index. */
  async follow(): Promise<void> {
    while (await followCommits(this.stores.index, PUBLIC_ONLY, this.now));
  }

  checker(options: Partial<CheckerOptions> = {}): ArchiveChecker {
    return new ArchiveChecker({
      stores: this.stores,
      get: this.get,
      hasherOf: digestStreamHasher,
      bucket: env.ARCHIVES,
      policy: PUBLIC_ONLY,
      settings: { checks: 100, hashBytes: 3_000_000, maxBytes: 10_000_000, copiedBytes: 1_000_000 },
      timer: runtimeTimer,
      clock: () => this.now,
      scope: () => testScope(this.now),
      random: () => 0.5,
      log: (line) => void this.lines.push(line),
      ...options,
    });
  }

  /** Takes all commits in, and checks what is due. */
  async tick(options: Partial<CheckerOptions> = {}): Promise<Readonly<Record<string, number>>> {
    await this.follow();
    return this.checker(options).run();
  }
}

/** An answer that says how long it is, with a body of which the runtime knows it too. */
export function whole(text: string, headers: Record<string, string> = {}): Response {
  const bytes = new TextEncoder().encode(text);
  const { readable, writable } = new FixedLengthStream(bytes.length);
  const writer = writable.getWriter();
  void writer
    .write(bytes)
    .then(() => writer.close())
    .catch(() => undefined);
  return new Response(readable, { headers: { "Content-Length": String(bytes.length), ...headers } });
}

export async function digestOf(text: string): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-512", new TextEncoder().encode(text))));
}
