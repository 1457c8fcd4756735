import { sha256Hex } from "./sha256.ts";

/** A strong entity tag of these bytes, quotes included: 64 bits of SHA-256 in hex, the form Sensu's has (contract §2.11). */
export async function entityTag(body: string): Promise<string> {
  return `"${(await sha256Hex(body)).slice(0, 16)}"`;
}
