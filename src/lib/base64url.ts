import { base64url } from "jose";

/** Encodes a text as UTF-8 in unpadded base64url (RFC 4648 §5). */
export function encodeBase64url(text: string): string {
  return base64url.encode(text);
}

/** Decodes what `encodeBase64url` returns; null for anything else. */
export function decodeBase64url(encoded: string): string | null {
  // jose also takes padding and white space.
  if (!/^[\w-]*$/.test(encoded)) return null;
  try {
    const bytes = base64url.decode(encoded);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
