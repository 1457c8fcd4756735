import { sha256Hex } from "../lib/sha256.ts";
import { SettingError } from "../setting.ts";

/** One secret of the ring: its key id (public) and the imported key (never extractable). */
export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
  /** 256 bits derived from the same secret, which seal cursors. */
  readonly sealing: Uint8Array;
}

const SHORTEST_SECRET = 32;

/**
 * Reads `TOKEN_SECRET`: one secret, or several divided by commas. The first signs, all verify, so a secret is
 * rotated by putting the new one in front and dropping the old one when its tokens have expired.
 * The `kid` is derived from the secret; nothing has to be numbered by hand.
 */
export async function readSigningKeys(setting: string): Promise<SigningKey[]> {
  return Promise.all(setting.split(",").map((secret) => importSecret(secret.trim())));
}

async function importSecret(secret: string): Promise<SigningKey> {
  if (secret.length < SHORTEST_SECRET) {
    throw new SettingError(
      "TOKEN_SECRET",
      `is missing, or holds less than ${SHORTEST_SECRET} random characters; set it: openssl rand -base64 48 | npx wrangler secret put TOKEN_SECRET`,
    );
  }
  const bytes = new TextEncoder().encode(secret);
  const kid = (await sha256Hex(`kid:${secret}`)).slice(0, 8);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const sealing = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`cursor:${secret}`)),
  );
  return {
    kid,
    sealing,
    key: await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]),
  };
}
