/** How an answer came about, as a store tells it. */
export interface Served {
  readonly tier: string;
  readonly ageSeconds: number;
  readonly spent: { readonly waited: ReadonlyMap<string, number> };
}

/** What a GET tells of its way: from where, how old, what was waited for; and RFC 7234's warning when it is stale. */
export function servedHeaders({ tier, ageSeconds, spent }: Served): Record<string, string> {
  const timing = [...spent.waited].map(([what, ms]) => `${what};dur=${ms}`).join(", ");
  return {
    "X-Cache": tier,
    Age: String(ageSeconds),
    ...(timing === "" ? {} : { "Server-Timing": timing }),
    ...(tier === "STALE" ? { Warning: '110 - "Response is Stale"' } : {}),
  };
}
