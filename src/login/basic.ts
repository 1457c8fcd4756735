/** A user and password of HTTP Basic (RFC 7617). */
export interface BasicCredential {
  readonly user: string;
  readonly password: string;
}

/** Reads what follows the scheme, `base64(user:password)`; null when it is not that. */
export function readBasic(credential: string): BasicCredential | null {
  try {
    const bytes = Uint8Array.from(atob(credential), (character) => character.charCodeAt(0));
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const colon = text.indexOf(":");
    return colon === -1 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
  } catch {
    return null;
  }
}
