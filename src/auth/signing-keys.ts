import { sha256Hex } from "../digest.ts";

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
  const kid = (await sha256Hex(`kid:${secret}`)).slice(0, 8);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return { kid, key: await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]) };
}
