/** Where an answer came from and how old it is, as a read says. */
interface CacheStatus {
  readonly tier: string;
  readonly ageSeconds: number;
}

/** Milliseconds awaited, by what was waited for. */
interface Timing {
  readonly waited: ReadonlyMap<string, number>;
}

const STALE_WARNING = '110 - "Response is Stale"';

/** Headers of a GET: which tier answered, its age, what was awaited, and RFC 7234's warning when it is stale. */
export function servedHeaders({ tier, ageSeconds }: CacheStatus, { waited }: Timing): Record<string, string> {
  const timing = [...waited].map(([what, ms]) => `${what};dur=${ms}`).join(", ");
  return {
    "X-Cache": tier,
    Age: String(ageSeconds),
    ...(timing === "" ? {} : { "Server-Timing": timing }),
    ...(tier === "STALE" ? { Warning: STALE_WARNING } : {}),
  };
}

/** The same answer, marked stale and no younger than this; where it came from is no longer of interest. */
export function markStale(response: Response, ageSeconds: number): Response {
  const marked = new Response(response.body, response);
  const age = Math.max(ageSeconds, Number(response.headers.get("Age") ?? 0));
  marked.headers.set("X-Cache", "STALE");
  marked.headers.set("Age", String(age));
  marked.headers.set("Warning", STALE_WARNING);
  return marked;
}
