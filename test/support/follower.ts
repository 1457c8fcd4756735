import { api } from "./worker.ts";

const FEED = "/api/edge/v1/changes";

interface Asset {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

interface Change {
  readonly namespace: string;
  readonly name: string;
  readonly definition: unknown;
}

/** What a follower may see and how it begins: with a list, or with all that is kept. */
export interface FollowerOptions {
  readonly token: string;
  /** Null: everything. */
  readonly namespace: string | null;
  readonly begins: "with a list" | "from the start";
}

/**
 * A program that keeps a copy of assets as docs/operations.md says: it takes a cursor, lists with `no-cache`, applies
 * the changes after the cursor, and on 410 does the same with the cursor given there. Each step is one request, so
 * anything may happen between two.
 */
export class Follower {
  readonly #options: FollowerOptions;
  #copy = new Map<string, string>();
  /** Null: no copy has been begun. */
  #cursor: string | null = null;
  /** The page of the list to read next; null when no list is being read. */
  #listing: { readonly found: Map<string, string>; readonly token: string } | null = null;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** The definitions it has, by namespace and name. */
  get copy(): Record<string, string> {
    return Object.fromEntries([...this.#copy].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** One request. True when it has a whole copy and was told that there is nothing more. */
  async step(limit: number): Promise<boolean> {
    if (this.#listing !== null) return this.#list(this.#listing, limit);
    if (this.#cursor === null) return this.#begin();
    const answer = await this.#ask(`${FEED}?limit=${limit}&since=${this.#cursor}${this.#scope()}`);
    if (answer.status === 404) return this.#vanished();
    if (answer.status === 410) {
      this.#startListing((await answer.json<{ next: string }>()).next);
      return false;
    }
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
    const { changes, next } = await answer.json<{ changes: Change[]; next: string }>();
    for (const { namespace, name, definition } of changes) {
      if (definition === null) this.#copy.delete(`${namespace}/${name}`);
      else this.#copy.set(`${namespace}/${name}`, JSON.stringify(definition));
    }
    this.#cursor = next;
    return answer.headers.has("Retry-After");
  }

  /** Follows until there is nothing more. */
  async catchUp(): Promise<void> {
    while (!(await this.step(3)));
  }

  async #begin(): Promise<boolean> {
    if (this.#options.begins === "from the start") {
      this.#cursor = "0";
      return false;
    }
    const answer = await this.#ask(`${FEED}?since=now${this.#scope()}`);
    if (answer.status === 404) return this.#vanished();
    this.#startListing((await answer.json<{ next: string }>()).next);
    return false;
  }

  #startListing(cursor: string): void {
    this.#cursor = cursor;
    this.#listing = { found: new Map(), token: "" };
  }

  async #list(listing: { found: Map<string, string>; token: string }, limit: number): Promise<boolean> {
    const { namespace } = this.#options;
    const path = namespace === null ? "/api/core/v2/assets" : `/api/core/v2/namespaces/${namespace}/assets`;
    const answer = await this.#ask(`${path}?limit=${limit}&continue=${listing.token}`);
    for (const asset of await answer.json<Asset[]>()) {
      const key = `${asset.metadata.namespace}/${asset.metadata.name}`;
      listing.found.set(key, JSON.stringify(asset));
    }
    const token = answer.headers.get("Sensu-Continue");
    this.#listing = token === null ? null : { found: listing.found, token };
    if (token === null) this.#copy = listing.found;
    return false;
  }

  /** The namespace is not there: nothing is in it, and a later one of its name is another. */
  #vanished(): boolean {
    this.#copy = new Map();
    this.#cursor = null;
    return true;
  }

  #scope(): string {
    return this.#options.namespace === null ? "" : `&namespace=${this.#options.namespace}`;
  }

  #ask(path: string): Promise<Response> {
    return api("GET", path, { token: this.#options.token, headers: { "Cache-Control": "no-cache" } });
  }
}
