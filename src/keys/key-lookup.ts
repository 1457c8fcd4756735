import type { KeyRing } from "../auth/key-credentials.ts";
import type { KeyStore } from "../store/key-store.ts";

/** Digests remembered as noted today; past this many all are forgotten, at the cost of one more write each. */
const NOTED_LIMIT = 10_000;

/** The key store as the authenticator sees it. A store that cannot answer is 503, and not 401. */
export function keyRing(store: KeyStore): KeyRing {
  let notedDay = "";
  const noted = new Set<string>();
  return {
    async find(digest, scope, beforeLookup) {
      const found = await store.find(digest, { freshness: "bounded", scope, beforeLookup });
      if (found.value === null) return null;
      return { holder: found.value, unconfirmedSeconds: found.tier === "STALE" ? found.ageSeconds : null };
    },
    noteUse({ digest, lastUsed }, { now, waitUntil }) {
      const day = new Date(now).toISOString().slice(0, 10);
      if (day !== notedDay || noted.size >= NOTED_LIMIT) noted.clear();
      notedDay = day;
      if (noted.has(digest) || (lastUsed !== null && lastUsed >= day)) return;
      noted.add(digest);
      // The day of use is a hint for people; a failed note costs a key nothing and is made up for tomorrow.
      waitUntil(store.touch(digest, day).catch(() => noted.delete(digest)));
    },
  };
}
