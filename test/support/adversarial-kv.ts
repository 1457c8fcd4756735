import { WorkerEntrypoint } from "cloudflare:workers";

/** What the stand-in of a KV namespace does on command, and what it was asked for. */
interface Behaviour {
  mode: "works" | "fails" | "slow" | "forgets" | "old";
  gets: number;
  puts: number;
  refused: number;
}

interface Kept {
  readonly value: string;
  readonly metadata: unknown;
}

const behaviour: Behaviour = { mode: "works", gets: 0, puts: 0, refused: 0 };
const entries = new Map<string, Kept>();
const first = new Map<string, Kept>();
const putAt = new Map<string, number>();

/**
 * Stands in for the binding CACHE by RPC. Puts are held to KV's one write a second for a key. `old` answers with what was
 * put first; `slow` takes five seconds; `forgets` finds nothing.
 */
export default class AdversarialKv extends WorkerEntrypoint {
  /** `/?mode=fails` sets the mode and the counters to zero; the answer tells the counters before. */
  override async fetch(request: Request): Promise<Response> {
    const before = JSON.stringify(behaviour);
    const mode = new URL(request.url).searchParams.get("mode");
    if (mode !== null) Object.assign(behaviour, { mode, gets: 0, puts: 0, refused: 0 });
    return new Response(before);
  }

  async getWithMetadata(key: string): Promise<{ value: string | null; metadata: unknown }> {
    behaviour.gets += 1;
    if (behaviour.mode === "fails") throw new Error("KV GET failed: 503 Service Unavailable");
    if (behaviour.mode === "slow") await scheduler.wait(5_000);
    const kept = behaviour.mode === "old" ? first.get(key) : entries.get(key);
    return behaviour.mode === "forgets" || kept === undefined ? { value: null, metadata: null } : kept;
  }

  async put(key: string, value: string, options: { metadata?: unknown } = {}): Promise<void> {
    behaviour.puts += 1;
    if (behaviour.mode === "fails") throw new Error("KV PUT failed: 503 Service Unavailable");
    const now = Date.now();
    if (now - (putAt.get(key) ?? 0) < 1_000) {
      behaviour.refused += 1;
      throw new Error("KV PUT failed: 429 Too Many Requests");
    }
    putAt.set(key, now);
    const kept = { value, metadata: options.metadata ?? null };
    if (!first.has(key)) first.set(key, kept);
    entries.set(key, kept);
  }
}
