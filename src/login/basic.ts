/** A user and password of HTTP Basic (RFC 7617). */
export interface BasicCredential {
  readonly user: string;
  readonly password: string;
}

const SCHEME = "Basic ";

/** Whether a header uses Basic; the scheme is case-sensitive, as Sensu's is (contract §4.1). */
export function isBasic(header: string): boolean {
  return header.startsWith(SCHEME);
}

/** Reads `Basic base64(user:password)`; null when it is not that. */
export function readBasic(header: string): BasicCredential | null {
  if (!isBasic(header)) return null;
  try {
    const bytes = Uint8Array.from(atob(header.slice(SCHEME.length)), (character) => character.charCodeAt(0));
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const colon = text.indexOf(":");
    return colon === -1 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
  } catch {
    return null;
  }
}
