import type { KvStore } from "../../src/cache/patient-kv.ts";

interface Held {
  readonly value: string;
  readonly metadata: unknown;
}

/** KV in the hands of a test: it fails, is slow, forgets, sticks to what it was, and holds puts back. */
export class FaultyKv implements KvStore {
  mode: "well" | "down" | "slow" = "well";
  gets = 0;
  puts = 0;
  /** Puts on their way, while they are held back; to be let through in any order. */
  held: (() => void)[] | null = null;
  #entries = new Map<string, Held>();
  #stuck: Map<string, Held> | null = null;

  async getWithMetadata(key: string): Promise<{ value: string | null; metadata: unknown }> {
    this.gets += 1;
    if (this.mode === "down") throw new Error("KV GET failed: 503");
    if (this.mode === "slow") return new Promise(() => undefined);
    return (this.#stuck ?? this.#entries).get(key) ?? { value: null, metadata: null };
  }

  async put(key: string, value: string, options?: { metadata?: unknown }): Promise<void> {
    this.puts += 1;
    if (this.mode !== "well") throw new Error("KV PUT failed: 503");
    const arrive = () => void this.#entries.set(key, { value, metadata: options?.metadata ?? null });
    if (this.held === null) arrive();
    else this.held.push(arrive);
  }

  /** From now on every read is of what is held now, whatever is put. */
  stick(): void {
    this.#stuck = new Map(this.#entries);
  }

  keys(): string[] {
    return [...this.#entries.keys()];
  }
}
