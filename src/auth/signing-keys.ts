/** One secret of the ring: its key id (public) and the imported key (never extractable). */
export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
}

const SHORTEST_SECRET = 32;

/**
 * Reads `TOKEN_SECRET`: one secret, or several divided by commas. The first signs, all verify, so a secret is
 * rotated by putting the new one in front and dropping the old one when its tokens have expired.
 * The `kid` is derived from the secret; nothing has to be numbered by hand.
 */
export async function readSigningKeys(setting: string): Promise<SigningKey[]> {
  const secrets = setting
    .split(",")
    .map((secret) => secret.trim())
    .filter((secret) => secret !== "");
  if (secrets.length === 0) throw new Error("TOKEN_SECRET is empty: set it to 32 random characters or more");
  return Promise.all(secrets.map(importSecret));
}

async function importSecret(secret: string): Promise<SigningKey> {
  if (secret.length < SHORTEST_SECRET) {
    throw new Error(`TOKEN_SECRET holds a secret shorter than ${SHORTEST_SECRET} characters`);
  }
  const bytes = new TextEncoder().encode(secret);
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`kid:${secret}`)),
  );
  const kid = [...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return { kid, key: await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]) };
}

/** The key of this id; throws when the ring has none. */
export function keyOf(keys: readonly SigningKey[], kid: string | undefined): CryptoKey {
  const found = keys.find((key) => key.kid === kid);
  if (found === undefined) throw new Error("no secret has this kid");
  return found.key;
}
