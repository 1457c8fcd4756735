/** A strong entity tag of these bytes, quotes included: 64 bits of SHA-256 in hex, the form Sensu's has (contract §2.11). */
export async function entityTag(body: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body)));
  const hex = [...digest.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `"${hex}"`;
}
